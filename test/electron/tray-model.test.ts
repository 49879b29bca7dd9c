import { describe, expect, test } from 'vitest';
import { type TrayFacts, type TrayRow, trayModel } from '../../electron/tray-model.ts';
import type { ServerState, Status } from '../../server/control/contract.ts';

const read = (row: TrayRow): string => {
  switch (row.kind) {
    case 'separator':
      return '──';
    case 'text':
      return `(${row.label})`;
    case 'action':
      return row.isEnabled ? row.label : `(${row.label})`;
    case 'checkbox':
      return row.isEnabled
        ? `${row.isChecked ? '✓' : '☐'} ${row.label}`
        : `(${row.isChecked ? '✓' : '☐'} ${row.label})`;
  }
};

function show(state: ServerState, facts: Partial<TrayFacts> = {}): string {
  const { icon, tooltip, rows } = trayModel({ state, isLoginItem: false, canBeLoginItem: true, ...facts });
  return [`[${icon}] ${tooltip}`, ...rows.map(read)].join('\n');
}

const address = 'miller.local';

describe('the tray', () => {
  test('before the setup', () => {
    expect(show({ kind: 'needs-setup' })).toMatchInlineSnapshot(`
      "[needs-setup] Snug is not set up yet
      (○ Snug is not set up yet)
      ──
      Finish setup…
      ──
      Quit Snug"
    `);
  });

  test('while the server starts', () => {
    expect(show({ kind: 'starting' })).toMatchInlineSnapshot(`
      "[starting] Snug is starting…
      (◌ Snug is starting…)
      ──
      (Invite someone…)
      Open Snug…
      ──
      Pause server
      Restart server
      ──
      ☐ Start at login
      View logs
      ──
      Quit Snug"
    `);
    expect(show({ kind: 'starting', address, reason: 'It starts again in 4 seconds.' })).toMatchInlineSnapshot(`
      "[starting] It starts again in 4 seconds.
      (◌ It starts again in 4 seconds.)
      miller.local
      ──
      (Invite someone…)
      Open Snug…
      ──
      Pause server
      Restart server
      ──
      ☐ Start at login
      View logs
      ──
      Quit Snug"
    `);
  });

  test('while the server runs', () => {
    expect(show({ kind: 'running', address, online: 3 }, { isLoginItem: true })).toMatchInlineSnapshot(`
      "[running] Miller is running — 3 people online
      (● Miller is running — 3 people online)
      miller.local
      ──
      Invite someone…
      Open Snug…
      ──
      Pause server
      Restart server
      ──
      ✓ Start at login
      View logs
      ──
      Quit Snug (people will be disconnected)"
    `);
  });

  test('while the server runs with a problem', () => {
    expect(
      show({ kind: 'running-with-problem', address, online: 1, reason: 'the certificate has expired' }),
    ).toMatchInlineSnapshot(`
      "[running-with-problem] Miller is running — 1 person online; the certificate has expired
      (⚠ Miller is running — 1 person online)
      miller.local
      ⚠ The certificate has expired…
      ──
      Invite someone…
      Open Snug…
      ──
      Pause server
      Restart server
      ──
      ☐ Start at login
      View logs
      ──
      Quit Snug (people will be disconnected)"
    `);
  });

  test('while the server is stopped', () => {
    expect(show({ kind: 'stopped', address })).toMatchInlineSnapshot(`
      "[stopped] Miller is stopped
      (○ Miller is stopped)
      miller.local
      ──
      (Invite someone…)
      Open Snug…
      ──
      Start server
      (Restart server)
      ──
      ☐ Start at login
      View logs
      ──
      Quit Snug"
    `);
    expect(show({ kind: 'stopped', address, reason: 'The server is stopping.' }).split('\n')[1]).toBe(
      '(○ The server is stopping.)',
    );
  });

  test('when the server has failed', () => {
    expect(
      show({ kind: 'failed', reason: 'Port 5222 is in use by the program prosody (process 812).' }),
    ).toMatchInlineSnapshot(`
      "[failed] Snug could not run: Port 5222 is in use by the program prosody (process 812).
      (✕ Snug could not run: Port 5222 is in use by the program prosody (process 812).)
      ──
      (Invite someone…)
      Open Snug…
      ──
      Start again
      (Restart server)
      ──
      ☐ Start at login
      View logs
      ──
      Quit Snug"
    `);
  });

  test('counts people in words', () => {
    const headline = (online: number) => show({ kind: 'running', address, online }).split('\n')[1];
    expect([0, 1, 2].map(headline)).toEqual([
      '(● Miller is running — nobody online)',
      '(● Miller is running — 1 person online)',
      '(● Miller is running — 2 people online)',
    ]);
  });

  test('has a switch for other servers, which says why it cannot be used', () => {
    const row = (federation: Status['federation'] | undefined) =>
      show({ kind: 'running', address }, federation === undefined ? {} : { status: { federation, isVisible: true } })
        .split('\n')
        .find((line) => line.includes('other servers'));
    expect(row(undefined)).toBeUndefined();
    expect(row({ state: 'off', isEnabled: false, isPossible: true })).toBe('☐ Allow chatting with other servers');
    expect(row({ state: 'on', isEnabled: true, isPossible: true })).toBe('✓ Allow chatting with other servers');
    expect(row({ state: 'off', isEnabled: true, isPossible: true, why: 'Port 5269 is in use.' })).toBe(
      '✓ Allow chatting with other servers',
    );
    expect(row({ state: 'off', isEnabled: true, isPossible: false, why: 'Needs a domain of your own.' })).toBe(
      '(☐ Allow chatting with other servers — Needs a domain of your own.)',
    );
  });

  test('has a switch for being seen on the network, below the one for other servers', () => {
    const rows = (isVisible: boolean) =>
      show(
        { kind: 'running', address },
        { status: { federation: { state: 'off', isEnabled: false, isPossible: true }, isVisible } },
      )
        .split('\n')
        .slice(7, 9);
    expect(rows(true)).toEqual(['☐ Allow chatting with other servers', '✓ Visible on this network']);
    expect(rows(false)).toEqual(['☐ Allow chatting with other servers', '☐ Visible on this network']);
  });

  test('has no row for the login where the system keeps that to itself', () => {
    expect(show({ kind: 'stopped' }, { canBeLoginItem: false })).not.toContain('Start at login');
  });

  test('keeps long reasons within what a menu and a tooltip can show', () => {
    const { tooltip, rows } = trayModel({
      state: { kind: 'failed', reason: '🙂'.repeat(300) },
      isLoginItem: false,
      canBeLoginItem: true,
    });
    const [first] = rows;
    expect([...tooltip]).toHaveLength(127);
    expect(first?.kind === 'text' && [...first.label].length).toBe(110);
    expect(tooltip).toMatch(/🙂…$/u);
  });
});
