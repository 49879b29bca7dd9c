/** A server that only remembers what it was asked to do. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountError } from '../../server/accounts/account-error.ts';
import { systemClock } from '../../server/clock/clock.ts';
import { Config } from '../../server/config/config.ts';
import { serverGroups } from '../../server/config/settings.ts';
import type { AccountSummary, SessionSummary, Status } from '../../server/control/contract.ts';
import type { Deeds } from '../../server/control/deeds.ts';
import { createLogger, type Logger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';

export interface FakeServer extends Deeds {
  readonly directory: string;
  readonly log: Logger;
  /** What was done, in order. */
  readonly done: string[];
  /** What the status says from now on; followers are told. */
  become(status: Partial<Status>): void;
  /** How many follow it at this moment. */
  followers(): number;
}

export const aStatus: Status = {
  domain: 'miller.local',
  state: 'running',
  pid: process.pid,
  version: '0.1.0',
  startedAt: '2026-01-31T12:00:00.000Z',
  ports: { c2s: 5222, c2sTls: null, web: null },
  addresses: ['192.168.1.5'],
  onlineAccounts: 1,
  sessions: 1,
  accounts: 1,
  storageBytes: 12_345,
  traffic: { messages: 7 },
  certificate: { fingerprint: 'AB:CD', expiresAt: '2027-01-31T12:00:00.000Z', source: 'own' },
};

export const aSession: SessionSummary = {
  jid: 'ann@miller.local/phone',
  since: '2026-01-31T12:00:00.000Z',
  address: '192.168.1.9',
  priority: null,
  isSecure: true,
  isResumable: true,
};

export const anAccount: AccountSummary = {
  localpart: 'ann',
  jid: 'ann@miller.local',
  role: 'admin',
  isDisabled: false,
  createdAt: '2026-01-31T12:00:00.000Z',
  sessions: 1,
};

export function createFakeServer(): FakeServer {
  const directory = mkdtempSync(join(tmpdir(), 'snug-control-'));
  const lines = new RecentLines();
  const done: string[] = [];
  const listeners = new Set<() => void>();
  let status = aStatus;
  const note = (text: string): Promise<void> => {
    done.push(text);
    return Promise.resolve();
  };
  return {
    directory,
    done,
    log: createLogger('debug', lines),
    become(changed) {
      status = { ...status, ...changed };
      for (const listener of listeners) listener();
    },
    followers: () => listeners.size,
    status: () => status,
    sessions: () => [aSession],
    askClients: () => Promise.resolve(),
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    clock: systemClock,
    generatePassword: () => 'made-up-password',
    windowAddress: () => 'http://127.0.0.1:5282/#token=fresh',
    endSession: (jid) => jid === aSession.jid,
    accounts: {
      list: () => [anAccount],
      create: async ({ localpart, password, role }) => {
        if (localpart === 'ann') throw new AccountError('conflict', 'The name ann is taken.');
        await note(`create ${localpart} ${password} ${role}`);
        return { ...anAccount, localpart, jid: `${localpart}@miller.local`, role };
      },
      setPassword: (localpart, password) => note(`setPassword ${localpart} ${password}`),
      setRole: (localpart, role) => note(`setRole ${localpart} ${role}`),
      disable: () => Promise.reject(new AccountError('last-admin', 'ann is the last administrator.')),
      enable: (localpart) => note(`enable ${localpart}`),
      remove: () => Promise.reject(new TypeError('secret /etc/path is undefined')),
    },
    config: Config.load({ path: join(directory, 'settings.json'), groups: serverGroups, overrides: [] }),
    logs: lines,
    stop: () => {
      done.push('stop');
    },
  };
}
