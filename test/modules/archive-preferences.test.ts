/** XEP-0441: what a person wants archived, from the examples of section 2.1. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { NS_MAM, page } from './archive-steps.ts';

const PREFS = `xmlns='${NS_MAM}'`;

async function people(settings?: Readonly<Record<string, unknown>>): Promise<[Scene, SceneClient, SceneClient]> {
  const scene = await openScene({ accounts: ['juliet', 'romeo', 'nurse'], ...(settings && { settings }) });
  return [scene, await scene.login('juliet', 'balcony'), await scene.login('romeo', 'orchard')];
}

async function saysTo(client: SceneClient, to: string, id: string): Promise<void> {
  client.sends(`<message to='${to}' type='chat' id='${id}'><body>${id}</body></message>`);
  await client.settles();
}

test('are what the server usually does until somebody chooses (examples 1 and 2)', async () => {
  const [scene, juliet] = await people({ 'archive.default': 'roster' });
  await using _ = scene;
  juliet.sends(`<iq type='get' id='juliet2'><prefs ${PREFS}/></iq>`);
  await juliet.receives(
    `<iq type='result' id='juliet2'><prefs ${PREFS} default='roster'><always/><never/></prefs></iq>`,
  );
});

test('are stored with their JIDs prepared (examples 4 and 5), also over a restart', async () => {
  const [scene, juliet] = await people();
  await using _ = scene;
  const prefs = (always: string, never: string) =>
    `<prefs ${PREFS} default='roster'><always><jid>${always}</jid></always><never><jid>${never}</jid></never></prefs>`;
  juliet.sends(`<iq type='set' id='juliet3'>${prefs('ROMEO@MONTAGUE.LIT', 'Montague@montague.lit/Home')}</iq>`);
  const answer = prefs('romeo@montague.lit', 'montague@montague.lit/Home');
  await juliet.receives(`<iq type='result' id='juliet3'>${answer}</iq>`);
  await scene.crash();
  const again = await scene.login('juliet');
  again.sends(`<iq type='get' id='juliet4'><prefs ${PREFS}/></iq>`);
  await again.receives(`<iq type='result' id='juliet4'>${answer}</iq>`);
});

describe('are refused', () => {
  test.each([
    ['without a policy', `<prefs ${PREFS}/>`, 'bad-request'],
    ['with a policy that is none', `<prefs ${PREFS} default='sometimes'/>`, 'bad-request'],
    [
      'with an address that is none',
      `<prefs ${PREFS} default='always'><never><jid>@</jid></never></prefs>`,
      'jid-malformed',
    ],
    [
      'with more addresses than anybody knows',
      `<prefs ${PREFS} default='always'><never>${Array.from({ length: 1_001 }, (_, i) => `<jid>${i}@x.example</jid>`).join('')}</never></prefs>`,
      'policy-violation',
    ],
  ])('%s', async (_, prefs, condition) => {
    const [scene, juliet] = await people();
    await using _scene = scene;
    const answer = await juliet.request(`<iq type='set'>${prefs}</iq>`);
    expect(answer.child('error')?.elements[0]?.name).toBe(condition);
  });

  test('to others', async () => {
    const [scene, juliet] = await people();
    await using _ = scene;
    const get = await juliet.request(`<iq type='get' to='romeo@localhost'><prefs ${PREFS}/></iq>`);
    expect(get.child('error')?.elements[0]?.name).toBe('forbidden');
    const set = await juliet.request(`<iq type='set' to='romeo@localhost'><prefs ${PREFS} default='never'/></iq>`);
    expect(set.child('error')?.elements[0]?.name).toBe('forbidden');
  });
});

test('decide by the address, a full JID before a bare one (section 2.3)', async () => {
  const [scene, juliet, romeo] = await people();
  await using _ = scene;
  await juliet.request(
    `<iq type='set'><prefs ${PREFS} default='never'><always><jid>romeo@localhost</jid></always>` +
      `<never><jid>romeo@localhost/orchard</jid></never></prefs></iq>`,
  );
  await saysTo(juliet, 'romeo@localhost/orchard', 'to the orchard');
  await saysTo(romeo, 'juliet@localhost/balcony', 'from the orchard');
  await juliet.next();
  await saysTo(juliet, 'romeo@localhost', 'to romeo');
  await saysTo(juliet, 'nurse@localhost', 'to the nurse');
  expect((await page(juliet)).bodies).toEqual(['to romeo']);
  // His preferences are his own.
  await romeo.next();
  expect((await page(romeo)).bodies).toEqual(['to the orchard', 'from the orchard', 'to romeo']);
});

test('may follow the roster (section 2.1.1)', async () => {
  const [scene, juliet, romeo] = await people();
  await using _ = scene;
  await juliet.request(`<iq type='set'><prefs ${PREFS} default='roster'/></iq>`);
  await saysTo(romeo, 'juliet@localhost/balcony', 'from a stranger');
  await juliet.next();
  await juliet.request(`<iq type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@localhost'/></query></iq>`);
  await saysTo(romeo, 'juliet@localhost/balcony', 'from a contact');
  await juliet.next();
  await saysTo(juliet, 'nurse@localhost', 'to a stranger');
  expect((await page(juliet)).bodies).toEqual(['from a contact']);
});

test('of the server count for those who have not chosen', async () => {
  const [scene, juliet, romeo] = await people({ 'archive.default': 'never' });
  await using _ = scene;
  await romeo.request(`<iq type='set'><prefs ${PREFS} default='always'/></iq>`);
  await saysTo(romeo, 'juliet@localhost/balcony', 'hail');
  expect((await juliet.next()).child('stanza-id', 'urn:xmpp:sid:0')).toBeUndefined();
  expect((await page(juliet)).bodies).toEqual([]);
  expect((await page(romeo)).bodies).toEqual(['hail']);
});
