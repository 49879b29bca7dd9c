/** A status as the worker tells it. */
import type { Status } from '../../server/control/contract.ts';

export function aStatus(changes: Partial<Status> = {}): Status {
  return {
    domain: 'miller.local',
    state: 'running',
    pid: 1,
    version: '1.0.0',
    startedAt: '2026-01-05T09:00:00Z',
    ports: { c2s: 5222, c2sTls: 5223, web: 5281, join: 5280, proxy: null },
    addresses: ['192.168.1.5'],
    onlineAccounts: 0,
    sessions: 0,
    accounts: 1,
    storageBytes: 0,
    traffic: { messages: 0 },
    certificate: { fingerprint: 'AB:CD', expiresAt: '2027-01-05T09:00:00Z', source: 'self-signed' },
    federation: { state: 'off', isEnabled: false, isPossible: false, why: 'Needs a domain of your own.' },
    isVisible: true,
    problems: [],
    ...changes,
  };
}
