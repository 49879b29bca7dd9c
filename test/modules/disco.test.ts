import { describe, expect, test } from 'vitest';
import { Disco } from '../../server/modulehost/disco.ts';
import { defineModule } from '../../server/modulehost/module.ts';
import { StanzaError } from '../../server/stanza/error.ts';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import { letsSee } from './subscribed.ts';

const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';

function featuresIn(answer: Element): (string | undefined)[] {
  const query = answer.child('query', NS_INFO);
  return query?.elements.filter(({ name }) => name === 'feature').map((feature) => feature.attr('var')) ?? [];
}

function itemsIn(answer: Element): (string | undefined)[] {
  return answer.child('query', NS_ITEMS)?.elements.map((item) => item.attr('jid')) ?? [];
}

function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

/** What answers and errors say, the addresses and the id left out. */
function saidBy(answer: Element): string {
  return answer.withAttr('id', undefined).withAttr('from', undefined).toXml();
}

/** A module with a list of two catalogs, one of them kept from strangers. */
const catalog = defineModule({
  name: 'catalog',
  summary: 'A hierarchy of nodes.',
  xeps: [],
  features: ['urn:example:catalog'],
  start(host) {
    host.disco.answerNodes('urn:example:catalog', {
      info: (node) => {
        if (node === 'secret') return new StanzaError('forbidden');
        if (node !== 'music' && node !== 'books') return undefined;
        return {
          identities: [{ category: 'hierarchy', type: node === 'music' ? 'branch' : 'leaf', name: 'Ψ', lang: 'el' }],
          features: [NS_INFO],
          forms: [{ type: 'result', formType: 'urn:example', fields: [{ name: 'size', values: ['2'] }] }],
        };
      },
      items: (node) => (node === 'music' ? [{ jid: host.domain, node: 'music/A', name: 'A' }] : undefined),
    });
    return {};
  },
});

describe('disco#info of the server', () => {
  test('names what it is and what it can do (XEP-0030 examples 1 and 2)', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'orchard');
    const answer = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(answer.attr('type')).toBe('result');
    expect(answer.attr('from')).toBe('localhost');
    const identity = answer.child('query', NS_INFO)?.elements[0];
    expect(identity?.attr('category')).toBe('server');
    expect(identity?.attr('type')).toBe('im');
    expect(featuresIn(answer)).toEqual(expect.arrayContaining([NS_INFO, NS_ITEMS, 'urn:xmpp:ping']));
  });

  test('names each feature once, in a stable order', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const features = featuresIn(await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`));
    expect(features).toEqual([...new Set(features)].sort());
  });

  test('does not know a node that nobody has, and treats an empty node as none', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const unknown = await romeo.request(
      `<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node='nothing'/></iq>`,
    );
    expect(conditionOf(unknown)).toBe('item-not-found');
    const empty = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node=''/></iq>`);
    expect(empty.attr('type')).toBe('result');
    expect(empty.child('query', NS_INFO)?.attr('node')).toBe('');
  });
});

describe('disco#items of the server', () => {
  test('lists the services below it and is empty without any (examples 12 and 13)', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const before = itemsIn(await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_ITEMS}'/></iq>`));
    const route = { deliver: () => undefined };
    const service = { domain: 'people.localhost', name: 'Directory of Characters', route };
    scene.server.host.start(
      defineModule({ name: 'people', summary: 'A service.', xeps: [], start: () => ({ routes: [service] }) }),
    );
    const after = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_ITEMS}'/></iq>`);
    expect(itemsIn(after)).toEqual([...before, 'people.localhost']);
    expect(after.child('query', NS_ITEMS)?.elements.at(-1)?.attr('name')).toBe('Directory of Characters');
  });

  test('does not know a node that nobody has', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const unknown = await romeo.request(
      `<iq type='get' to='localhost'><query xmlns='${NS_ITEMS}' node='nothing'/></iq>`,
    );
    expect(conditionOf(unknown)).toBe('item-not-found');
  });
});

describe('nodes that modules have', () => {
  test('answer with the node repeated, with names in their language and with forms (examples 10 and 19, XEP-0128)', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    scene.server.host.start(catalog);
    const romeo = await scene.login('romeo');
    romeo.sends(`<iq type='get' to='localhost' id='i1'><query xmlns='${NS_INFO}' node='music'/></iq>`);
    await romeo.receives(`<iq type='result' from='localhost' id='i1'><query xmlns='${NS_INFO}' node='music'>
      <identity category='hierarchy' type='branch' name='Ψ' xml:lang='el'/><feature var='${NS_INFO}'/>
      <x xmlns='jabber:x:data' type='result'>
        <field var='FORM_TYPE' type='hidden'><value>urn:example</value></field><field var='size'><value>2</value></field>
      </x></query></iq>`);
    romeo.sends(`<iq type='get' to='localhost' id='i2'><query xmlns='${NS_ITEMS}' node='music'/></iq>`);
    await romeo.receives(`<iq type='result' id='i2'><query xmlns='${NS_ITEMS}' node='music'>
      <item jid='localhost' node='music/A' name='A'/></query></iq>`);
  });

  test('that are no list have no items, and may refuse', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    scene.server.host.start(catalog);
    const romeo = await scene.login('romeo');
    romeo.sends(`<iq type='get' to='localhost' id='i1'><query xmlns='${NS_ITEMS}' node='books'/></iq>`);
    await romeo.receives(`<iq type='result' id='i1'><query xmlns='${NS_ITEMS}' node='books'/></iq>`);
    for (const xmlns of [NS_INFO, NS_ITEMS]) {
      const refused = await romeo.request(`<iq type='get' to='localhost'><query xmlns='${xmlns}' node='secret'/></iq>`);
      expect(conditionOf(refused)).toBe('forbidden');
    }
  });

  test('go with the module that announced them, and come back with it', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const ask = () => romeo.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node='music'/></iq>`);
    scene.server.host.start(catalog);
    expect((await ask()).attr('type')).toBe('result');
    await scene.server.host.stop('catalog');
    expect(conditionOf(await ask())).toBe('item-not-found');
    scene.server.host.start(catalog);
    expect((await ask()).attr('type')).toBe('result');
  });

  test('change the revision that others keep their answers by', () => {
    const disco = new Disco();
    const before = disco.revision;
    const takeBack = disco.add({ features: ['a'] });
    expect(disco.revision).toBeGreaterThan(before);
    const between = disco.revision;
    takeBack();
    expect(disco.revision).toBeGreaterThan(between);
  });
});

describe('disco of accounts (section 8)', () => {
  test('one’s own account is a registered one and lists all connected resources', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await scene.login('juliet', 'balcony');
    await scene.login('juliet', 'chamber');
    const answer = await balcony.request(`<iq type='get'><query xmlns='${NS_INFO}'/></iq>`);
    const identity = answer.child('query', NS_INFO)?.elements[0];
    expect([identity?.attr('category'), identity?.attr('type')]).toEqual(['account', 'registered']);
    expect(featuresIn(answer)).toEqual(expect.arrayContaining([NS_INFO, NS_ITEMS]));
    const items = await balcony.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_ITEMS}'/></iq>`);
    expect(itemsIn(items).sort()).toEqual(['juliet@localhost/balcony', 'juliet@localhost/chamber']);
  });

  test('to strangers an account is as if it did not exist, with and without a node', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo');
    for (const query of [
      `xmlns='${NS_INFO}'`,
      `xmlns='${NS_ITEMS}'`,
      `xmlns='${NS_INFO}' node='n'`,
      `xmlns='${NS_ITEMS}' node='n'`,
    ]) {
      const stranger = await romeo.request(`<iq type='get' to='juliet@localhost'><query ${query}/></iq>`);
      const nobody = await romeo.request(`<iq type='get' to='nobody@localhost'><query ${query}/></iq>`);
      expect(conditionOf(stranger)).toBe('service-unavailable');
      expect(saidBy(stranger)).toBe(saidBy(nobody));
    }
  });

  test('a contact with a subscription sees the account and its available resources (examples 6 and 15)', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo');
    await letsSee(juliet, romeo);
    const info = await romeo.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(info.child('query', NS_INFO)?.elements[0]?.attr('category')).toBe('account');
    const none = await romeo.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_ITEMS}'/></iq>`);
    expect(none.attr('type')).toBe('result');
    expect(itemsIn(none)).toEqual([]);
    await scene.login('juliet', 'chamber');
    juliet.appears();
    await juliet.next(); // her own presence
    const items = await romeo.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_ITEMS}'/></iq>`);
    expect(itemsIn(items)).toEqual(['juliet@localhost/balcony']);
  });

  test('the subscription counts in its direction only', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo');
    await letsSee(juliet, romeo);
    const answer = await juliet.request(`<iq type='get' to='romeo@localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(conditionOf(answer)).toBe('service-unavailable');
  });

  test('an unknown node of an account that may be seen is not found', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const answer = await romeo.request(`<iq type='get'><query xmlns='${NS_INFO}' node='nothing'/></iq>`);
    expect(conditionOf(answer)).toBe('item-not-found');
  });
});
