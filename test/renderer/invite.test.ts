/** What the sheet of invitations asks for, and what it says of how far they have come. */
import { describe, expect, test } from 'vitest';
import { progressSteps } from '../../renderer/invite-progress.ts';
import { NO_WISHES, usualInviter, wishOf } from '../../renderer/invite-wish.ts';
import { qrPath } from '../../renderer/qr-path.ts';
import type { AccountSummary, InvitationSummary } from '../../server/control/contract.ts';

const AT = '2026-01-31T12:00:00.000Z';

function invitation(changes: Partial<InvitationSummary> = {}): InvitationSummary {
  return {
    ...{ id: 'i1', purpose: 'account', role: 'member', groups: [], maxUses: 1, usesLeft: 1, state: 'open' },
    ...{ createdAt: AT, expiresAt: AT, redeemedBy: [] },
    ...changes,
  };
}

const states = (given: Partial<InvitationSummary>) => progressSteps(invitation(given)).map(({ state }) => state);

describe('the steps of an invitation', () => {
  test('go from opened to the first sign-in', () => {
    const jid = 'maria@miller.local';
    expect(states({})).toEqual(['waiting', 'waiting', 'waiting']);
    expect(states({ openedAt: AT })).toEqual(['done', 'waiting', 'waiting']);
    expect(states({ openedAt: AT, redeemedBy: [{ jid, at: AT }] })).toEqual(['done', 'done', 'waiting']);
    expect(states({ openedAt: AT, redeemedBy: [{ jid, at: AT, signedInAt: AT }] })).toEqual(['done', 'done', 'done']);
  });

  test('say honestly that the page was not seen where only the account was', () => {
    expect(states({ redeemedBy: [{ jid: 'maria@miller.local', at: AT }] })).toEqual(['skipped', 'done', 'waiting']);
  });

  test('end with the new password where it is about one', () => {
    expect(states({ purpose: 'password', openedAt: AT })).toEqual(['done', 'waiting']);
    const [, chosen] = progressSteps(
      invitation({ purpose: 'password', redeemedBy: [{ jid: 'ben@miller.local', at: AT }] }),
    );
    expect(chosen?.text).toBe('New password chosen');
  });

  test('of a link for many are those of the first who came', () => {
    const redeemedBy = ['zoe', 'ben', 'maria'].map((name) => ({ jid: `${name}@miller.local`, at: AT }));
    expect(progressSteps(invitation({ maxUses: 5, redeemedBy }))[1]?.text).toBe('Account made: maria');
  });
});

describe('the wish for an invitation', () => {
  test('is short when nothing was chosen', () => {
    expect(wishOf(NO_WISHES, 'anna')).toEqual({ role: 'member', groups: [], maxUses: 1, inviter: 'anna' });
    expect(wishOf(NO_WISHES, '')).not.toHaveProperty('inviter');
  });

  test('is for one person when it has a name', () => {
    const draft = { ...NO_WISHES, name: ' maria ', uses: '12', lifetime: '24', accountLifetime: '48' };
    expect(wishOf(draft, '')).toEqual({
      ...{ role: 'member', groups: [], maxUses: 1, localpart: 'maria', lifetimeHours: 24, accountLifetimeHours: 48 },
    });
  });

  test('names the first administrator who may sign in as the contact', () => {
    const account = (localpart: string, createdAt: string, changes = {}) =>
      ({ localpart, createdAt, role: 'admin', status: 'enabled', ...changes }) as AccountSummary;
    const accounts = [
      account('zoe', '2026-01-02'),
      account('adam', '2026-01-03'),
      account('old', '2026-01-01', { status: 'disabled' }),
      account('ben', '2025-01-01', { role: 'member' }),
    ];
    expect(usualInviter(accounts)).toBe('zoe');
    expect(usualInviter([])).toBe('');
  });
});

test('a QR code has the four light modules around it that cameras need', () => {
  const { size, path } = qrPath('http://192.168.1.5:5280/join#0123456789abcdef0123456789abcdef');
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map(([, x, y, length]) => [
    Number(x),
    Number(y),
    Number(length),
  ]);
  expect(runs.length).toBeGreaterThan(100);
  for (const [x = 0, y = 0, length = 0] of runs) {
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(4);
    expect(Math.max(x + length, y + 1)).toBeLessThanOrEqual(size - 4);
  }
});
