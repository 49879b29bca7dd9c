/** The one place through which administrative deeds pass, on the real server in memory. */
import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Permission } from '../../server/accounts/permissions.ts';
import { type Actor, thisComputer } from '../../server/administration/actor.ts';
import { DEED_RULES } from '../../server/administration/deed-rules.ts';
import { entriesOf } from '../modules/admin-commands-steps.ts';
import { openScene, type Scene } from '../scene/scene.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const me = thisComputer('window');

function actorWith(...permissions: readonly Permission[]): Actor {
  return { name: 'ann@localhost', door: 'rest', permissions: new Set(permissions) };
}

function openOffice(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['boss', 'ann', 'bob'], admins: ['boss'], settings });
}

describe('the audit log', () => {
  test('has who did what, through which door, on whom, and what came of it', async () => {
    await using scene = await openOffice();
    const { administration } = scene.server;
    await administration.perform(me, 'accounts.disable', { localpart: 'bob' });
    await expect(administration.perform(me, 'accounts.disable', { localpart: 'boss' })).rejects.toMatchObject({
      code: 'last-admin',
    });
    await expect(administration.perform(actorWith(), 'accounts.remove', { localpart: 'bob' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(scene.server.audit.list({ limit: 10 })).toMatchObject([
      { actor: 'ann@localhost', door: 'rest', deed: 'accounts.remove', subject: 'bob', outcome: 'forbidden' },
      { subject: 'boss', outcome: 'refused', reason: '"boss" is the last administrator.' },
      {
        atMs: scene.clock.now(),
        actor: 'this computer',
        door: 'window',
        deed: 'accounts.disable',
        subject: 'bob',
        outcome: 'done',
        reason: null,
      },
    ]);
  });

  test('has no password, whoever gives it', async () => {
    await using scene = await openOffice();
    const { administration } = scene.server;
    const password = 'a-secret-that-nobody-may-read';
    await administration.perform(me, 'accounts.create', { localpart: 'eve', password, role: 'member' });
    await administration.perform(me, 'accounts.setPassword', { localpart: 'eve', password });
    await expect(
      administration.perform(me, 'accounts.create', { localpart: 'eve', password, role: 'member' }),
    ).rejects.toThrow();
    expect(JSON.stringify(scene.server.audit.list({ limit: 10 }))).not.toContain(password);
  });

  test('has the key of a setting that is changed, and its value unless that is a secret', async () => {
    await using scene = await openOffice();
    const { administration } = scene.server;
    await administration.perform(me, 'settings.set', { key: 'roster.maxItems', value: 500 });
    await administration.perform(me, 'settings.set', { key: 'external-services.secret', value: 'of-the-turn-server' });
    await expect(
      administration.perform(me, 'settings.set', { key: 'external-services.secret', value: ['of-another'] }),
    ).rejects.toThrow();
    expect(entriesOf(scene)).toEqual([
      'this computer window settings.set roster.maxItems 500 done',
      'this computer window settings.set external-services.secret - done',
      'this computer window settings.set external-services.secret - refused',
    ]);
    expect(JSON.stringify(scene.server.audit.list({ limit: 10 }))).not.toMatch(/turn-server|of-another/);
  });

  test('cannot be filled by who may do nothing', async () => {
    await using scene = await openOffice();
    const { administration, audit } = scene.server;
    const tries = async () => {
      for (let n = 0; n < 150; n++) await administration.turnedAway(actorWith(), 'server.stop');
      return audit.list({ limit: 500 }).length;
    };
    expect(await tries()).toBe(100);
    scene.clock.advance(HOUR_MS);
    expect(await tries()).toBe(200);
  });

  test('keeps entries for as many days as the setting says, and is read page by page', async () => {
    await using scene = await openOffice({ 'audit.retentionDays': 30 });
    const { administration, audit } = scene.server;
    await administration.perform(me, 'accounts.disable', { localpart: 'ann' });
    scene.clock.advance(20 * DAY_MS);
    await administration.perform(me, 'accounts.enable', { localpart: 'ann' });
    await administration.perform(me, 'accounts.disable', { localpart: 'bob' });
    const [newest] = audit.list({ limit: 1 });
    expect(newest).toMatchObject({ subject: 'bob' });
    expect(audit.list({ limit: 10, before: newest?.id }).map(({ deed }) => deed)).toEqual([
      'accounts.enable',
      'accounts.disable',
    ]);
    scene.clock.advance(15 * DAY_MS);
    expect(audit.list({ limit: 10 }).map(({ deed }) => deed)).toEqual(['accounts.disable', 'accounts.enable']);
    await scene.restart();
    expect(scene.server.audit.list({ limit: 10 })).toHaveLength(2);
  });

  test('can be searched', async () => {
    await using scene = await openOffice();
    const { administration, audit } = scene.server;
    await administration.perform(me, 'accounts.disable', { localpart: 'ann' });
    await administration.perform(actorWith('announce'), 'motd.set', { text: 'Tea at Five' });
    const found = (filter: object) => audit.list({ limit: 10, ...filter }).map(({ deed }) => deed);
    expect(found({ deed: 'accounts' })).toEqual(['accounts.disable']);
    expect(found({ deed: 'accounts.disable' })).toEqual(['accounts.disable']);
    expect(found({ deed: 'account' })).toEqual([]);
    expect(found({ actor: 'ann@localhost' })).toEqual(['motd.set']);
    expect(found({ text: 'tea AT' })).toEqual(['motd.set']);
    expect(found({ outcome: 'refused' })).toEqual([]);
  });

  test('tells who listens', async () => {
    await using scene = await openOffice();
    let told = 0;
    const unlisten = scene.server.audit.onAppend(() => told++);
    await scene.server.administration.perform(me, 'accounts.disable', { localpart: 'ann' });
    unlisten();
    await scene.server.administration.perform(me, 'accounts.enable', { localpart: 'ann' });
    expect(told).toBe(1);
  });
});

describe('who may change people but is no administrator', () => {
  const keeper = actorWith('people.read', 'people.write', 'roles.write', 'settings.write');

  async function isForbidden(attempt: Promise<unknown>): Promise<void> {
    await expect(attempt).rejects.toMatchObject({ code: 'forbidden' });
  }

  test('gives no role that may more than his own, and takes none away', async () => {
    await using scene = await openOffice();
    const { administration } = scene.server;
    await scene.accounts.roles.create('host', ['people.read', 'server.stop']);
    await isForbidden(administration.perform(keeper, 'accounts.setRole', { localpart: 'bob', role: 'admin' }));
    await isForbidden(administration.perform(keeper, 'accounts.setRole', { localpart: 'bob', role: 'host' }));
    await isForbidden(administration.perform(keeper, 'accounts.setRole', { localpart: 'boss', role: 'member' }));
    const eve = { localpart: 'eve', password: 'long enough', role: 'admin' };
    await isForbidden(administration.perform(keeper, 'accounts.create', eve));
    await scene.accounts.roles.create('reader', ['people.read']);
    await administration.perform(keeper, 'accounts.setRole', { localpart: 'bob', role: 'reader' });
    expect(scene.accounts.get('bob')?.role).toBe('reader');
  });

  test('lays no hand on the account of somebody who may more', async () => {
    await using scene = await openOffice();
    const { administration } = scene.server;
    const boss = { localpart: 'boss' };
    await isForbidden(administration.perform(keeper, 'accounts.setPassword', { ...boss, password: 'taken over' }));
    for (const deed of ['accounts.disable', 'accounts.enable', 'accounts.remove'] as const) {
      await isForbidden(administration.perform(keeper, deed, boss));
    }
    await isForbidden(administration.perform(keeper, 'clients.revoke', { ...boss, id: 'x', signOut: true }));
  });

  test('makes no role that may more than his own', async () => {
    await using scene = await openOffice();
    const { administration } = scene.server;
    const stopper = { name: 'stopper', permissions: ['server.stop'] } as const;
    await isForbidden(administration.perform(keeper, 'roles.create', stopper));
    await scene.accounts.roles.create('stopper', ['server.stop']);
    await isForbidden(administration.perform(keeper, 'roles.update', { name: 'stopper', permissions: [] }));
    await isForbidden(administration.perform(keeper, 'roles.remove', { name: 'stopper' }));
    await administration.perform(keeper, 'roles.create', { name: 'reader', permissions: ['people.read'] });
  });

  test('takes no account whose name the settings make an administrator, and changes no such setting', async () => {
    await using scene = await openOffice({ 'admin.jids': 'chief@localhost' });
    const { administration } = scene.server;
    const chief = { localpart: 'Chief', password: 'long enough', role: 'member' };
    await isForbidden(administration.perform(keeper, 'accounts.create', chief));
    const grant = { key: 'admin.jids', value: ['ann@localhost'] };
    await isForbidden(administration.perform(keeper, 'settings.set', grant));
    await isForbidden(administration.perform(keeper, 'settings.set', { key: 'audit.retentionDays', value: 1 }));
    await isForbidden(administration.perform(keeper, 'accounts.setAdmins', { localparts: ['ann'] }));
    await isForbidden(administration.perform(keeper, 'window.open', {}));
  });
});

test('every deed needs a permission, and is refused without it', async () => {
  await using scene = await openOffice();
  for (const deed of Object.keys(DEED_RULES) as (keyof typeof DEED_RULES)[]) {
    const { permission } = DEED_RULES[deed];
    const allButOne = [...EVERYTHING].filter((one) => one !== permission).slice(permission === 'everything' ? 1 : 0);
    const input = {
      localpart: 'bob',
      localparts: [],
      members: [],
      name: 'x',
      permissions: [],
      id: 'x',
      key: 'x',
      text: 'x',
      jid: 'x',
    };
    await expect(
      scene.server.administration.perform(actorWith(...allButOne), deed, { ...input, which: 'online' } as never),
      deed,
    ).rejects.toMatchObject({ code: 'forbidden' });
  }
});

test('somebody who is disabled, a guest or from elsewhere may do nothing', async () => {
  await using scene = await openOffice();
  await scene.accounts.setRole('ann', 'admin');
  const { administration } = scene.server;
  const jidOf = async (name: string) => (await scene.login(name)).jid;
  const ann = scene.server.sessions.get('ann', (await jidOf('ann')).split('/')[1] ?? '')?.jid;
  if (ann === undefined) throw new Error('ann is not there');
  expect(administration.chatting(ann).permissions.size).toBe(EVERYTHING.size);
  expect(administration.chatting({ ...ann, domain: 'elsewhere.example' }).permissions.size).toBe(0);
  await scene.accounts.disable('ann');
  expect(administration.chatting(ann).permissions.size).toBe(0);
});
