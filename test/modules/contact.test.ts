import { expect, test } from 'vitest';
import { openScene, type SceneOptions } from '../scene/scene.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';
const NS_INFO = 'http://jabber.org/protocol/disco#info';

async function formOf(settings: NonNullable<SceneOptions['settings']>): Promise<string | undefined> {
  await using scene = await openScene({ accounts: ['juliet'], settings });
  const juliet = await scene.login('juliet', 'chamber');
  const info = await juliet.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`);
  return info
    .child('query', NS_INFO)
    ?.elements.find(({ xmlns }) => xmlns === 'jabber:x:data')
    ?.toXml();
}

test('examples 1 and 2: the server tells whom to ask', async () => {
  const form = await formOf({
    'contact.abuse': 'mailto:abuse@shakespeare.lit,xmpp:abuse@shakespeare.lit',
    'contact.status': 'https://status.shakespeare.lit',
  });
  expect(form).toContain('<value>http://jabber.org/network/serverinfo</value>');
  expect(form).toContain(
    "var='abuse-addresses' type='list-multi'><value>mailto:abuse@shakespeare.lit</value><value>xmpp:abuse@shakespeare.lit</value>",
  );
  expect(form).toContain("var='status-addresses' type='list-multi'><value>https://status.shakespeare.lit</value>");
  expect(form).not.toContain('sales-addresses');
});

test('where nothing is said, there is no form', async () => {
  expect(await formOf({})).toBeUndefined();
});

test('what is no address is refused, with an example of one', async () => {
  await expect(formOf({ 'contact.admin': 'the boss' })).rejects.toThrow(/mailto:me@example\.org/);
});

test('a change is told at once, with another hash of the capabilities (XEP-0115)', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const hash = async () => (await scene.authenticated('juliet')).features?.child('c', NS_CAPS)?.attr('ver');
  const before = await hash();
  expect(before).toBeDefined();
  await scene.config.set('contact.admin', ['mailto:me@example.org']);
  expect(await hash()).not.toBe(before);
});
