import { describe, expect, test } from 'vitest';
import { defineModule } from '../../server/modulehost/module.ts';
import { verificationString } from '../../server/modulehost/verification-string.ts';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const FEATURES = ['http://jabber.org/protocol/muc', NS_INFO, 'http://jabber.org/protocol/disco#items', NS_CAPS];

async function capsOffered(scene: Scene): Promise<Element> {
  const { features } = await scene.authenticated('romeo');
  const caps = features?.child('c', NS_CAPS);
  if (caps === undefined) throw new Error('the stream features have no capabilities');
  return caps;
}

/** The answer to what `caps` stands for, read back as section 5.4 has it, in the order in which it came. */
function verOf(answer: Element): string {
  const elements = answer.child('query', NS_INFO)?.elements ?? [];
  const attr = (element: Element, name: string) => element.attr(name) ?? '';
  return verificationString({
    identities: elements
      .filter(({ name }) => name === 'identity')
      .map((identity) => ({
        category: attr(identity, 'category'),
        type: attr(identity, 'type'),
        name: attr(identity, 'name'),
      })),
    features: elements.filter(({ name }) => name === 'feature').map((feature) => attr(feature, 'var')),
  });
}

describe('the verification string', () => {
  test('is that of the simple example (section 5.2)', () => {
    const identities = [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }];
    expect(verificationString({ identities, features: FEATURES })).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
  });

  test('is that of the complex example, with languages and a form, whatever their order (section 5.3)', () => {
    const fields = [
      { name: 'software_version', values: ['0.11'] },
      { name: 'software', values: ['Psi'] },
      { name: 'os_version', values: ['10.5.1'] },
      { name: 'os', values: ['Mac'] },
      { name: 'ip_version', type: 'text-multi', values: ['ipv6', 'ipv4'] },
    ] as const;
    const ver = verificationString({
      identities: [
        { category: 'client', type: 'pc', name: 'Psi 0.11', lang: 'en' },
        { category: 'client', type: 'pc', name: 'Ψ 0.11', lang: 'el' },
      ],
      features: FEATURES,
      forms: [{ type: 'result', formType: 'urn:xmpp:dataforms:softwareinfo', fields }],
    });
    expect(ver).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
  });

  test('ignores a form without FORM_TYPE, and sorts by octets rather than by UTF-16', () => {
    const identities = [{ category: 'client', type: 'pc' }];
    const plain = verificationString({ identities, features: ['a', 'b'] });
    expect(verificationString({ identities, features: ['a', 'b'], forms: [{ type: 'result', fields: [] }] })).toBe(
      plain,
    );
    // U+1F600 is behind U+FF5E in UTF-8, but before it in UTF-16.
    const sorted = verificationString({ identities, features: ['\uFF5E', '\u{1F600}'] });
    expect(verificationString({ identities, features: ['\u{1F600}', '\uFF5E'] })).toBe(sorted);
    expect(sorted).toBe('/XiRO6GRV5Lj1v6O84l2VTvh74Q=');
  });
});

describe('the server’s own capabilities', () => {
  test('are a stream feature once the client has signed in (section 6.3)', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const stranger = scene.connect();
    stranger.opens();
    expect((await stranger.next()).child('c', NS_CAPS)).toBeUndefined();
    const caps = await capsOffered(scene);
    expect(caps.attr('hash')).toBe('sha-1');
    expect(caps.attr('node')).toMatch(/^https:\/\//);
    expect(caps.attr('ver')).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  });

  test('can be asked for under their name, and are what the name says', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const caps = await capsOffered(scene);
    const romeo = await scene.login('romeo');
    const node = `${caps.attr('node')}#${caps.attr('ver')}`;
    const answer = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node='${node}'/></iq>`);
    expect(answer.child('query', NS_INFO)?.attr('node')).toBe(node);
    expect(verOf(answer)).toBe(caps.attr('ver'));
    const plain = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(plain.child('query', NS_INFO)?.elements.map(String)).toEqual(
      answer.child('query', NS_INFO)?.elements.map(String),
    );
    const features = plain.child('query', NS_INFO)?.elements.map((feature) => feature.attr('var'));
    expect(features).toContain(NS_CAPS);
    expect(features).not.toContain(`${NS_CAPS}#optimize`);
  });

  test('get a new name when a module comes or goes, and the old one is forgotten', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const before = await capsOffered(scene);
    scene.server.host.start(
      defineModule({ name: 'muc', summary: 'Rooms.', xeps: [], features: ['urn:example'], start: () => ({}) }),
    );
    const after = await capsOffered(scene);
    expect(after.attr('ver')).not.toBe(before.attr('ver'));
    const romeo = await scene.login('romeo');
    const node = `${before.attr('node')}#${before.attr('ver')}`;
    const answer = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node='${node}'/></iq>`);
    expect(answer.child('error')?.elements[0]?.name).toBe('item-not-found');
    await scene.server.host.stop('muc');
    expect((await capsOffered(scene)).attr('ver')).toBe(before.attr('ver'));
  });

  test('are not those of an account, and are not offered while the module is off', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const caps = await capsOffered(scene);
    const romeo = await scene.login('romeo');
    const node = `${caps.attr('node')}#${caps.attr('ver')}`;
    const own = await romeo.request(`<iq type='get'><query xmlns='${NS_INFO}' node='${node}'/></iq>`);
    expect(own.child('error')?.elements[0]?.name).toBe('item-not-found');
    await scene.server.host.stop('caps');
    expect((await scene.authenticated('romeo')).features?.child('c', NS_CAPS)).toBeUndefined();
  });
});
