/** XEP-0485: what everybody may know about with whom a server talks. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asks, TwoServers } from '../scene/two-servers.ts';
import { NS_PUBSUB, publication } from './pep-steps.ts';

const NS = 'urn:xmpp:serverinfo:0';
const DISCO = 'http://jabber.org/protocol/disco#info';
const ON = { 'server-info.publish': true };

async function disco(client: SceneClient, domain: string) {
  const answer = await asks(client, `<iq type='get' to='${domain}'><query xmlns='${DISCO}'/></iq>`);
  const all = answer.child('query', DISCO)?.elements ?? [];
  const forms = all.filter(({ name }) => name === 'x').map(fieldsOf);
  return { features: all.filter(({ name }) => name === 'feature').map((child) => child.attr('var')), forms };
}

function fieldsOf(form: Element): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(form.elements.map((field) => [field.attr('var'), field.childText('value')]));
}

/** The `<serverinfo/>` of b.example; undefined when there is none. */
async function read(client: SceneClient): Promise<string | undefined> {
  const answer = await asks(
    client,
    `<iq type='get' to='pubsub.b.example'><pubsub xmlns='${NS_PUBSUB}'><items node='serverinfo'/></pubsub></iq>`,
  );
  const item = answer.child('pubsub', NS_PUBSUB)?.child('items')?.elements[0];
  return item?.child('serverinfo', NS)?.toXml();
}

const told = (federation: string) =>
  `<serverinfo xmlns='${NS}'><domain name='b.example'>${federation}</domain></serverinfo>`;

async function refreshed(two: TwoServers): Promise<void> {
  await two.settles();
  two.b.scene.clock.advance(5 * 60_000);
  await two.settles();
}

async function open(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>) {
  const two = await TwoServers.open({ accounts: ['francisco'], settings: a }, { accounts: ['juliet'], settings: b });
  const francisco = await two.login('francisco', 'a');
  return { two, francisco };
}

describe('a server', () => {
  test('tells nothing unless that is wished', async () => {
    const { two, francisco } = await open(ON, {});
    await using _ = two;
    await refreshed(two);
    const { features, forms } = await disco(francisco, 'b.example');
    expect(features).not.toContain(NS);
    expect(forms).toEqual([]);
    expect(await read(francisco)).toBeUndefined();
  });

  test('says where it is told (example 2)', async () => {
    const { two, francisco } = await open({}, { ...ON, 'contact.admin': 'mailto:ann@b.example' });
    await using _ = two;
    const { features, forms } = await disco(francisco, 'b.example');
    expect(features).toContain(NS);
    expect(forms).toEqual([
      {
        FORM_TYPE: 'http://jabber.org/network/serverinfo',
        'admin-addresses': 'mailto:ann@b.example',
        'serverinfo-pubsub-node': 'xmpp:pubsub.b.example?;node=serverinfo',
      },
    ]);
  });

  test('names another one that tells as much itself (example 6)', async () => {
    const { two, francisco } = await open(ON, ON);
    await using _ = two;
    await disco(francisco, 'b.example');
    await refreshed(two);
    expect(await read(francisco)).toBe(
      told(`<federation><remote-domain name='a.example'><connection type='bidi'/></remote-domain></federation>`),
    );
  });

  test('counts another one that does not, and leaves its name out', async () => {
    const { two, francisco } = await open({}, ON);
    await using _ = two;
    await disco(francisco, 'b.example');
    await refreshed(two);
    expect(await read(francisco)).toBe(
      told(`<federation><remote-domain><connection type='bidi'/></remote-domain></federation>`),
    );
  });

  test('stops to name one that has changed its mind', async () => {
    const { two, francisco } = await open(ON, ON);
    await using _ = two;
    await disco(francisco, 'b.example');
    await refreshed(two);
    await two.a.scene.config.set('server-info.publish', false);
    for (let hour = 0; hour < 6; hour++) {
      two.b.scene.clock.advance(60 * 60_000);
      await two.settles();
    }
    expect(await read(francisco)).not.toContain('a.example');
  });

  test('tells of itself alone while it talks with nobody', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: ON });
    const juliet = await scene.login('juliet');
    const answer = await asks(
      juliet,
      `<iq type='get' to='pubsub.localhost'><pubsub xmlns='${NS_PUBSUB}'><items node='serverinfo'/></pubsub></iq>`,
    );
    expect(answer.elements[0]?.child('items')?.elements[0]?.elements[0]?.toXml()).toBe(
      `<serverinfo xmlns='${NS}'><domain name='localhost'/></serverinfo>`,
    );
  });

  test('takes everything back when it is not wished any more, over a restart as well', async () => {
    const { two, francisco } = await open(ON, ON);
    await using _ = two;
    await disco(francisco, 'b.example');
    await refreshed(two);
    await two.b.scene.config.set('server-info.publish', false);
    await two.settles();
    expect((await disco(francisco, 'b.example')).features).not.toContain(NS);
    expect(await read(francisco)).toBeUndefined();
  });

  test('lets nobody else speak in its place', async () => {
    const { two } = await open({}, {});
    await using _ = two;
    const juliet = await two.login('juliet', 'b');
    const payload = `<item id='current'><serverinfo xmlns='${NS}'/></item>`;
    const answer = await asks(juliet, publication('serverinfo', payload).replace('<iq', `<iq to='pubsub.b.example'`));
    expect(answer.child('error')?.elements[0]?.name).toBe('not-allowed');
    await two.b.scene.config.set('server-info.publish', true);
    await two.settles();
    const again = await asks(juliet, publication('serverinfo', payload).replace('<iq', `<iq to='pubsub.b.example'`));
    expect(again.child('error')?.elements[0]?.name).toBe('forbidden');
  });
});
