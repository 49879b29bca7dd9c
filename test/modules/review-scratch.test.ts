import { expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { arrives, resumes, crash } from './stream-management-steps.ts';
import { LASTING } from './rooms-archive-steps.ts';
import { asks, opens, enters, ROOM, WITCHES } from './rooms-steps.ts';

async function drain(client: any, n = 30): Promise<string[]> {
  const out: string[] = [];
  client.sends(`<iq type='get' id='drain'><ping xmlns='urn:xmpp:ping'/></iq>`);
  for (let i = 0; i < n; i++) {
    const e = await client.next();
    if (e.attr('id') === 'drain') return out;
    out.push(e.toXml());
  }
  return out;
}

test.each([
  ['password', { ...LASTING, 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'cauldron' }],
  ['members', { ...LASTING, 'muc#roomconfig_membersonly': '1' }],
])('refused join then crash: %s', async (_n, fields) => {
  const scene = await openScene({ accounts: WITCHES });
  const crone = await scene.login('crone', 'desktop');
  await opens(crone, 'firstwitch', fields);
  const { client: hag, id } = await arrives(scene, 'hag', 'pda');
  asks(hag, 'spy');
  await hag.next();
  hag.sends(`<r xmlns='urn:xmpp:sm:3'/>`);
  await new Promise((r) => setTimeout(r, 50));
  await crash(scene);
  const room = (scene.server as any);
  const crone2 = await scene.login('crone', 'desktop2');
  const heard = await enters(crone2, 'firstwitch');
  console.log(_n, heard.map((e) => e.toXml()).join('\n'));
  expect(heard.some((e) => e.attr('from') === `${ROOM}/spy`)).toBe(false);
});

test('offline handed, crash, resumed', async () => {
  const scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo');
  romeo.sends(`<message to='juliet@localhost' type='chat' id='m1'><body>one</body></message>`);
  await romeo.settles();
  const { client: juliet, id } = await arrives(scene, 'juliet', 'balcony');
  juliet.sends('<presence/>');
  let h = 0;
  for (;;) { const e = await juliet.next(); if (e.name === 'presence') { h++; } if (e.name === 'message') break; }
  const romeo3 = await scene.login('romeo', 'x');
  romeo3.sends(`<message to='juliet@localhost' type='chat' id='m2'><body>two</body></message>`);
  await romeo3.settles();
  juliet.drops();
  await scene.restart();
  const again = await resumes(scene, 'juliet', id, { h, handled: 1 });
  console.log((await drain(again)).join('\n'));
});
