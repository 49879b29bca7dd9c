/** XEP-0355: Namespace Delegation. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ComponentGrants, NO_GRANTS } from '../../server/administration/component-grants.ts';
import type { Element } from '../../server/xml/element.ts';
import { type ComponentClient, componentsOf, connectComponent } from '../scene/component-client.ts';
import { openScene, type Scene } from '../scene/scene.ts';

const MANAGER = 'manager.localhost';
const NS_DELEGATION = 'urn:xmpp:delegation:2';
const NS_FORWARD = 'urn:xmpp:forward:0';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const MOOD = `<pubsub xmlns='${NS_PUBSUB}'><publish node='http://jabber.org/protocol/mood'><item><mood xmlns='http://jabber.org/protocol/mood'><annoyed/></mood></item></publish></pubsub>`;

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ accounts: ['romeo', 'juliet'] });
});
afterEach(() => scene.close());

const whole = (...namespaces: readonly string[]) => ({
  delegated: namespaces.map((xmlns) => ({ xmlns, attributes: [] })),
});

/** A manager that has read its advert and has said nothing of features. */
async function manager(grants: Partial<ComponentGrants>): Promise<ComponentClient> {
  const component = await connectComponent(scene, MANAGER, grants);
  if (grants.roster !== undefined) await component.next();
  await component.next();
  await tellsFeatures(component, grants.delegated?.filter(({ xmlns }) => !xmlns.endsWith('*')).length ?? 0);
  return component;
}

/** Answers the questions about `count` namespaces with what is given by node, else with an error. */
async function tellsFeatures(component: ComponentClient, count: number, told: Readonly<Record<string, string>> = {}) {
  for (let i = 0; i < 2 * count; i++) {
    const question = await component.next();
    const node = question.child('query', NS_INFO)?.attr('node') ?? '';
    const id = question.attr('id');
    const content = told[node];
    component.sends(
      content === undefined
        ? `<iq type='error' id='${id}' from='${MANAGER}' to='localhost'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
        : `<iq type='result' id='${id}' from='${MANAGER}' to='localhost'><query xmlns='${NS_INFO}' node='${node}'>${content}</query></iq>`,
    );
  }
}

/** The request that is forwarded in the very next stanza, and the id around it. */
async function forwardedTo(component: ComponentClient): Promise<{ readonly id: string; readonly iq: Element }> {
  const outer = await component.next();
  const iq = outer.child('delegation', NS_DELEGATION)?.child('forwarded', NS_FORWARD)?.elements[0];
  if (iq === undefined) throw new Error(`nothing forwarded: ${outer.toXml()}`);
  expect([outer.name, outer.attr('type'), outer.attr('from')]).toEqual(['iq', 'set', 'localhost']);
  return { id: outer.attr('id') ?? '', iq };
}

function answers(component: ComponentClient, id: string, inner: string): void {
  component.sends(
    `<iq type='result' id='${id}' from='${MANAGER}' to='localhost'><delegation xmlns='${NS_DELEGATION}'><forwarded xmlns='${NS_FORWARD}'>${inner}</forwarded></delegation></iq>`,
  );
}

function conditionOf(stanza: Element): string | undefined {
  return stanza.child('error')?.elements[0]?.name;
}

describe('the advert', () => {
  test('names namespaces and filtering attributes (section 4.2)', async () => {
    const component = await connectComponent(scene, MANAGER, {
      delegated: [
        { xmlns: 'urn:xmpp:mam:2', attributes: ['node'] },
        { xmlns: NS_PUBSUB, attributes: [] },
      ],
    });
    await component.receives(
      `<message from='localhost' to='${MANAGER}' id='{any}'><delegation xmlns='${NS_DELEGATION}'>
         <delegated namespace='urn:xmpp:mam:2'><attribute name='node'/></delegated>
         <delegated namespace='${NS_PUBSUB}'/>
       </delegation></message>`,
    );
  });

  test('comes again when something changes (section 8, rule 3)', async () => {
    const component = await connectComponent(scene, MANAGER);
    await componentsOf(scene).grant(MANAGER, { ...NO_GRANTS, ...whole('urn:example:a') });
    await component.receives(
      `<message><delegation xmlns='${NS_DELEGATION}'><delegated namespace='urn:example:a'/></delegation></message>`,
    );
    await tellsFeatures(component, 1);
    await componentsOf(scene).grant(MANAGER, NO_GRANTS);
    await component.receives(`<message><delegation xmlns='${NS_DELEGATION}'/></message>`);
  });

  test('the namespace of delegation itself cannot be delegated, nor one twice', async () => {
    await componentsOf(scene).add(MANAGER);
    await componentsOf(scene).add('other');
    await componentsOf(scene).grant('other.localhost', { ...NO_GRANTS, ...whole('urn:example:a') });
    for (const delegated of [whole(NS_DELEGATION), whole('urn:example:a'), whole('urn:example:b', 'urn:example:b')])
      await expect(componentsOf(scene).grant(MANAGER, { ...NO_GRANTS, ...delegated })).rejects.toMatchObject({
        code: 'invalid',
      });
  });
});

describe('requests', () => {
  test('of a delegated namespace go to the manager and its answer comes back (section 4.3)', async () => {
    const component = await manager(whole(NS_PUBSUB));
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<iq id='pep1' type='set'>${MOOD}</iq>`);
    const { id, iq } = await forwardedTo(component);
    expect(iq.toXml('jabber:client')).toBe(`<iq id='pep1' type='set' from='juliet@localhost/balcony'>${MOOD}</iq>`);
    await juliet.receivesNothing(); // her next stanzas do not wait
    answers(
      component,
      id,
      `<iq xmlns='jabber:client' to='juliet@localhost/balcony' id='pep1' type='result'><pubsub xmlns='${NS_PUBSUB}'/></iq>`,
    );
    await juliet.receives(
      `<iq to='juliet@localhost/balcony' id='pep1' type='result'><pubsub xmlns='${NS_PUBSUB}'/></iq>`,
    );
  });

  test.each(['localhost', 'juliet@localhost', 'romeo@localhost'])(
    'to %s go there, with “from” turned round',
    async (to) => {
      const component = await manager(whole('urn:example:a'));
      const juliet = await scene.login('juliet', 'balcony');
      juliet.sends(`<iq id='1' type='get' to='${to}'><a xmlns='urn:example:a'/></iq>`);
      const { id } = await forwardedTo(component);
      answers(
        component,
        id,
        `<iq xmlns='jabber:client' from='${to}' to='juliet@localhost/balcony' id='1' type='result'/>`,
      );
      await juliet.receives(`<iq from='${to}' id='1' type='result'/>`);
    },
  );

  test('to full JIDs, to nobody and to services do not', async () => {
    const component = await manager(whole('urn:example:a'));
    const juliet = await scene.login('juliet', 'balcony');
    for (const to of ['juliet@localhost/other', 'tybalt@localhost', 'rooms.localhost']) {
      const answer = await juliet.request(`<iq type='get' to='${to}'><a xmlns='urn:example:a'/></iq>`);
      expect(answer.attr('type')).toBe('error');
    }
    await component.receivesNothing();
  });

  test('without the filtering attribute are answered as ever (section 4.3, third note)', async () => {
    const component = await manager({ delegated: [{ xmlns: 'urn:xmpp:ping', attributes: ['node'] }] });
    const juliet = await scene.login('juliet', 'balcony');
    const answer = await juliet.request(`<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(answer.attr('type')).toBe('result');
    juliet.sends(`<iq type='get' id='1' to='localhost'><ping xmlns='urn:xmpp:ping' node='a'/></iq>`);
    expect((await forwardedTo(component)).iq.attr('id')).toBe('1');
  });

  test.each([
    ['another recipient', `to='romeo@localhost/orchard' id='1' type='result'`],
    ['no recipient', `id='1' type='result'`],
    ['another sender', `to='juliet@localhost/balcony' from='romeo@localhost' id='1' type='result'`],
    ['another id', `to='juliet@localhost/balcony' id='2' type='result'`],
    ['an error', `to='juliet@localhost/balcony' id='1' type='error'`],
  ])('that are answered with %s are refused with service-unavailable', async (_, attributes) => {
    const component = await manager(whole('urn:example:a'));
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(`<iq id='1' type='get' to='localhost'><a xmlns='urn:example:a'/></iq>`);
    const { id } = await forwardedTo(component);
    answers(component, id, `<iq xmlns='jabber:client' ${attributes}/>`);
    expect(conditionOf(await juliet.next())).toBe('service-unavailable');
    await romeo.receivesNothing();
  });

  test('that are answered with an error, with something else or not at all are refused with service-unavailable', async () => {
    const component = await manager(whole('urn:example:a'));
    const juliet = await scene.login('juliet', 'balcony');
    const ask = async () => {
      juliet.sends(`<iq id='1' type='get' to='localhost'><a xmlns='urn:example:a'/></iq>`);
      return (await forwardedTo(component)).id;
    };
    component.sends(
      `<iq type='error' id='${await ask()}' from='${MANAGER}' to='localhost'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(conditionOf(await juliet.next())).toBe('service-unavailable');
    component.sends(`<iq type='result' id='${await ask()}' from='${MANAGER}' to='localhost'/>`);
    expect(conditionOf(await juliet.next())).toBe('service-unavailable');
    await ask();
    scene.clock.advance(35_000);
    expect(conditionOf(await juliet.next())).toBe('service-unavailable');
  });

  test('are refused while the manager is away (section 4.3, first note)', async () => {
    await componentsOf(scene).add(MANAGER);
    await componentsOf(scene).grant(MANAGER, { ...NO_GRANTS, ...whole('jabber:iq:version') });
    const juliet = await scene.login('juliet', 'balcony');
    const answer = await juliet.request(`<iq type='get' to='localhost'><query xmlns='jabber:iq:version'/></iq>`);
    expect(conditionOf(answer)).toBe('service-unavailable');
  });

  test('of the manager itself are answered by the server, also those in an account’s name (section 4.3.1)', async () => {
    const component = await manager({ ...whole('jabber:iq:roster'), roster: 'both' });
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(
      `<iq id='roster1' type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@montaigu.lit' name='My Romeo'/></query></iq>`,
    );
    const { id } = await forwardedTo(component);
    answers(component, id, `<iq xmlns='jabber:client' to='juliet@localhost/balcony' id='roster1' type='result'/>`);
    await juliet.receives(`<iq id='roster1' type='result'/>`);
    const answer = await component.request(
      `<iq to='juliet@localhost' type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@montaigu.lit' name='My Romeo'><group>Rivals</group></item></query></iq>`,
    );
    expect([answer.attr('type'), answer.attr('from')]).toEqual(['result', 'juliet@localhost']);
    await component.receives(
      `<iq type='set' from='juliet@localhost'><query xmlns='jabber:iq:roster' ver='{any}'><item jid='romeo@montaigu.lit' name='My Romeo' subscription='none'><group>Rivals</group></item></query></iq>`,
    );
  });

  test('to delegate a namespace, as for one client, are refused: the administrator decides (sections 5 and 8)', async () => {
    const component = await connectComponent(scene, MANAGER);
    const ask = (namespace: string) =>
      component.request(
        `<iq type='get' to='localhost'><query xmlns='${NS_DELEGATION}' to='juliet@localhost'><delegate namespace='${namespace}'/></query></iq>`,
      );
    expect(conditionOf(await ask(NS_PUBSUB))).toBe('not-allowed');
    expect(conditionOf(await ask(NS_DELEGATION))).toBe('forbidden');
  });
});

describe('service discovery', () => {
  const featuresOf = (answer: Element) =>
    answer
      .child('query', NS_INFO)
      ?.elements.filter(({ name }) => name === 'feature')
      .map((feature) => feature.attr('var')) ?? [];
  const identitiesOf = (answer: Element) =>
    answer
      .child('query', NS_INFO)
      ?.elements.filter(({ name }) => name === 'identity')
      .map((identity) => `${identity.attr('category')}/${identity.attr('type')}`) ?? [];

  test('the server says that it delegates (section 7.1)', async () => {
    const juliet = await scene.login('juliet', 'balcony');
    const answer = await juliet.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(featuresOf(answer)).toContain(NS_DELEGATION);
  });

  test('the manager’s features, identities and forms stand in for those of the server (section 7.2)', async () => {
    const component = await connectComponent(scene, MANAGER, whole(NS_PUBSUB));
    await component.next();
    await tellsFeatures(component, 1, {
      [`${NS_DELEGATION}::${NS_PUBSUB}`]: `<feature var='${NS_PUBSUB}'/><feature var='${NS_PUBSUB}#from-outside'/><x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:example:form</value></field><field var='limit'><value>3</value></field></x>`,
      [`${NS_DELEGATION}:bare:${NS_PUBSUB}`]: `<identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#bare-from-outside'/>`,
    });
    const juliet = await scene.login('juliet', 'balcony');
    await juliet.receivesNothing();
    const server = await juliet.request(`<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(featuresOf(server).filter((feature) => feature?.startsWith(NS_PUBSUB))).toEqual([
      NS_PUBSUB,
      `${NS_PUBSUB}#from-outside`,
    ]);
    expect(identitiesOf(server)).toContain('server/im');
    const forms = server.child('query', NS_INFO)?.elements.filter(({ xmlns }) => xmlns === 'jabber:x:data') ?? [];
    expect(forms.some((form) => form.toXml().includes('urn:example:form'))).toBe(true);
    const bare = await juliet.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(featuresOf(bare).filter((feature) => feature?.startsWith(NS_PUBSUB))).toEqual([
      `${NS_PUBSUB}#bare-from-outside`,
    ]);
    expect(identitiesOf(bare)).toEqual(['account/registered', 'pubsub/pep']);
  });

  test('nothing is told of a namespace whose manager is away, and the server’s own is back when it is taken back', async () => {
    const component = await manager(whole(NS_PUBSUB));
    component.sends('</stream:stream>');
    await component.receivesEnd();
    const juliet = await scene.login('juliet', 'balcony');
    const pubsub = async () => {
      const answer = await juliet.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_INFO}'/></iq>`);
      return [...featuresOf(answer), ...identitiesOf(answer)].filter((text) => text?.includes('pubsub'));
    };
    expect(await pubsub()).toEqual([]);
    await componentsOf(scene).grant(MANAGER, NO_GRANTS);
    expect(await pubsub()).toContain('pubsub/pep');
  });

  test('unknown nodes of bare JIDs go to who has the remaining ones (section 7.2.4)', async () => {
    const component = await manager(whole('urn:xmpp:delegation:2:bare:disco#info:*'));
    const juliet = await scene.login('juliet', 'balcony');
    const own = await juliet.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_INFO}'/></iq>`);
    expect(identitiesOf(own)).toContain('account/registered'); // without a node it is the server's
    juliet.sends(
      `<iq id='disco1' type='get' to='juliet@localhost'><query xmlns='${NS_INFO}' node='urn:xmpp:microblog:0'/></iq>`,
    );
    const { id } = await forwardedTo(component);
    const query = `<query xmlns='${NS_INFO}' node='urn:xmpp:microblog:0'><identity category='pubsub' type='leaf'/></query>`;
    answers(
      component,
      id,
      `<iq xmlns='jabber:client' to='juliet@localhost/balcony' id='disco1' type='result'>${query}</iq>`,
    );
    await juliet.receives(`<iq type='result' id='disco1' from='juliet@localhost'>${query}</iq>`);
    const known = await juliet.request(
      `<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node='http://jabber.org/protocol/commands'/></iq>`,
    );
    expect(known.attr('type')).toBe('result');
    await component.receivesNothing();
  });

  test('items of bare JIDs go there whole, without those of the server (section 7.2.5)', async () => {
    const component = await manager(whole('urn:xmpp:delegation:2:bare:disco#items:*'));
    const juliet = await scene.login('juliet', 'balcony');
    for (const node of ['', ` node='urn:xmpp:microblog:0'`]) {
      juliet.sends(`<iq id='items' type='get' to='juliet@localhost'><query xmlns='${NS_ITEMS}'${node}/></iq>`);
      const { id } = await forwardedTo(component);
      const query = `<query xmlns='${NS_ITEMS}'${node}><item jid='juliet@localhost' node='urn:xmpp:microblog:0'/></query>`;
      answers(
        component,
        id,
        `<iq xmlns='jabber:client' to='juliet@localhost/balcony' id='items' type='result'>${query}</iq>`,
      );
      await juliet.receives(`<iq type='result' id='items'>${query}</iq>`);
    }
    const server = await juliet.request(`<iq type='get' to='localhost'><query xmlns='${NS_ITEMS}'/></iq>`);
    expect(server.attr('type')).toBe('result');
    await component.receivesNothing();
  });
});
