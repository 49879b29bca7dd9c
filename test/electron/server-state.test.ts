import { describe, expect, test } from 'vitest';
import type { ServerPhase } from '../../electron/server-phase.ts';
import { serverState } from '../../electron/server-state.ts';
import type { Status, WorkerReady } from '../../server/control/contract.ts';
import { aStatus } from './a-status.ts';

const NOW = Date.parse('2026-01-05T09:00:00Z');
const DAY = 86_400_000;
const READY: WorkerReady = {
  domain: 'miller.local',
  ports: { c2s: 5222, c2sTls: 5223, web: 5281, join: 5280, proxy: null },
  addresses: ['192.168.1.5'],
  fingerprint: 'AB:CD',
};

const runningWith = (status: Status | undefined): ServerPhase => ({ kind: 'running', ready: READY, status });
const stateOf = (phase: ServerPhase, address?: string) => serverState(phase, NOW, address);
const expiring = (afterMs: number) =>
  runningWith(
    aStatus({ certificate: { fingerprint: '', expiresAt: new Date(NOW + afterMs).toISOString(), source: '' } }),
  );

describe('the state that people see', () => {
  test('before, between and after runs', () => {
    expect(stateOf({ kind: 'needs-setup' })).toEqual({ kind: 'needs-setup' });
    expect(stateOf({ kind: 'starting' })).toEqual({ kind: 'starting' });
    expect(stateOf({ kind: 'starting' }, 'miller.local')).toEqual({ kind: 'starting', address: 'miller.local' });
    expect(stateOf({ kind: 'stopping' })).toMatchObject({ kind: 'stopped', reason: 'The server is stopping.' });
    expect(stateOf({ kind: 'stopped', by: 'us' })).toEqual({ kind: 'stopped' });
    expect(stateOf({ kind: 'stopped', by: 'command' }).reason).toMatch(/snug command/);
    expect(stateOf({ kind: 'failed', code: 'locked', message: 'Why.' })).toEqual({ kind: 'failed', reason: 'Why.' });
  });

  test('while it waits for its next start', () => {
    expect(stateOf({ kind: 'waiting', delayMs: 3_900 }).reason).toMatch(/starts again in 4 seconds/);
    expect(stateOf({ kind: 'waiting', delayMs: 100 }).reason).toMatch(/in 1 second\./);
  });

  test('while all is well', () => {
    expect(stateOf(runningWith(undefined))).toEqual({ kind: 'running', address: 'miller.local', online: 0 });
    expect(stateOf(runningWith(aStatus({ onlineAccounts: 3 })))).toMatchObject({ kind: 'running', online: 3 });
    expect(stateOf(expiring(7 * DAY)).kind).toBe('running');
  });

  test('names the worst problem', () => {
    const reason = (phase: ServerPhase) => {
      const state = stateOf(phase);
      expect(state.kind).toBe('running-with-problem');
      return state.reason;
    };
    expect(reason(runningWith(aStatus({ addresses: [] })))).toMatch(/not connected to a network/);
    expect(
      reason(runningWith(aStatus({ ports: { c2s: null, c2sTls: null, web: null, join: null, proxy: null } }))),
    ).toMatch(/switched off/);
    expect(reason(expiring(0))).toMatch(/has expired/);
    expect(reason(expiring(1))).toMatch(/expires today/);
    expect(reason(expiring(DAY))).toMatch(/in 1 day$/);
    expect(reason(expiring(7 * DAY - 1))).toMatch(/in 6 days$/);
    const problem = { code: 'name-taken', text: 'Somebody else has the name.' };
    expect(reason(runningWith(aStatus({ problems: [problem] })))).toBe('1 thing needs attention');
    expect(reason(runningWith(aStatus({ problems: [problem, { ...problem, code: 'local-zone' }] })))).toMatch(
      /^2 things/,
    );
    expect(reason({ kind: 'running', ready: { ...READY, addresses: [] }, status: undefined })).toMatch(/network/);
  });
});
