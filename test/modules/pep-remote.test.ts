/** PEP with contacts on other servers: what comes from there and what goes there, at the federation slot. */
import { describe, expect, test } from 'vitest';
import { readStanza } from '../../server/router/read-stanza.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { capsOf, NS_PUBSUB, publishOptions, TUNE, tunePublication, verOf } from './pep-steps.ts';

const DISCO = 'http://jabber.org/protocol/disco#info';
const CLIENT = 'romeo@montague.example/orchard';

/** A server elsewhere that writes down what it gets. */
class Elsewhere {
  readonly got: Element[] = [];
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    scene.server.router.remote = { deliver: ({ element }) => void this.got.push(element) };
  }

  says(xml: string): void {
    const stanza = readStanza(parseXml(xml.replace(' ', ` xmlns='jabber:client' `)));
    if (stanza === undefined) throw new Error(`no stanza: ${xml}`);
    void this.#scene.server.router.route(stanza);
  }

  /** What came since the last time: names and addressees, with the payload of a message. */
  took(): readonly string[] {
    return this.got
      .splice(0)
      .filter(({ name }) => name !== 'presence')
      .map((element) => `${element.name} to ${element.attr('to')}`);
  }
}

async function verona() {
  const scene = await openScene({ accounts: ['juliet'] });
  const elsewhere = new Elsewhere(scene);
  const juliet = await scene.login('juliet', 'balcony');
  elsewhere.says(`<presence type='subscribe' from='romeo@montague.example' to='juliet@localhost'/>`);
  juliet.sends(`<presence type='subscribed' to='romeo@montague.example'/>`);
  await juliet.receivesNothing();
  await juliet.request(tunePublication('Introduction', 'x'));
  elsewhere.took();
  return { scene, elsewhere, juliet };
}

const appears = (elsewhere: Elsewhere) =>
  elsewhere.says(`<presence from='${CLIENT}' to='juliet@localhost'>${capsOf([TUNE])}</presence>`);

function answers(elsewhere: Elsewhere): void {
  const features = ['http://jabber.org/protocol/caps', DISCO, `${TUNE}+notify`].map(
    (name) => `<feature var='${name}'/>`,
  );
  elsewhere.says(
    `<iq type='result' id='disco' from='${CLIENT}' to='juliet@localhost'><query xmlns='${DISCO}' node='http://client.example/#${verOf([TUNE])}'><identity category='client' type='pc' name='Exodus 0.9.1'/>${features.join('')}</query></iq>`,
  );
}

describe('a contact on another server', () => {
  test('is asked in the name of the account, gets the last item, then the news, until gone', async () => {
    const { scene, elsewhere, juliet } = await verona();
    await using _ = scene;
    appears(elsewhere);
    expect(elsewhere.got.at(-1)?.attr('from')).toBe('juliet@localhost');
    expect(elsewhere.took()).toEqual([`iq to ${CLIENT}`]);
    answers(elsewhere);
    expect(elsewhere.took()).toEqual([`message to ${CLIENT}`]);
    await juliet.request(tunePublication('Finale', 'x'));
    expect(elsewhere.took()).toEqual([`message to ${CLIENT}`]);
    elsewhere.says(`<presence type='unavailable' from='${CLIENT}' to='juliet@localhost'/>`);
    await juliet.request(tunePublication('Encore', 'x'));
    expect(elsewhere.took()).toEqual([]);
  });

  test('gets nothing once the subscription is cancelled', async () => {
    const { scene, elsewhere, juliet } = await verona();
    await using _ = scene;
    appears(elsewhere);
    answers(elsewhere);
    juliet.sends(`<presence type='unsubscribed' to='romeo@montague.example'/>`);
    await juliet.receivesNothing();
    elsewhere.took();
    await juliet.request(tunePublication('Finale', 'x'));
    expect(elsewhere.took()).toEqual([]);
  });

  test('a stranger who shows himself hears nothing where no node is open', async () => {
    const { scene, elsewhere, juliet } = await verona();
    await using _ = scene;
    elsewhere.says(`<presence from='paris@verona.example/x' to='juliet@localhost'>${capsOf([TUNE])}</presence>`);
    elsewhere.says(`<presence from='${CLIENT}' to='juliet@localhost'>${capsOf([TUNE])}</presence>`);
    expect(elsewhere.took()).toEqual([`iq to ${CLIENT}`]);
    answers(elsewhere);
    expect(elsewhere.took()).toEqual([`message to ${CLIENT}`]);
    await juliet.request(tunePublication('Finale', 'x'));
    expect(elsewhere.took()).toEqual([`message to ${CLIENT}`]);
  });

  test('who does not answer within half a minute is asked no more; the next one with the same client is', async () => {
    const { scene, elsewhere } = await verona();
    await using _ = scene;
    appears(elsewhere);
    elsewhere.says(`<presence from='romeo@montague.example/hall' to='juliet@localhost'>${capsOf([TUNE])}</presence>`);
    expect(elsewhere.took()).toEqual([`iq to ${CLIENT}`]);
    scene.clock.advance(40_000);
    expect(elsewhere.took()).toEqual(['iq to romeo@montague.example/hall']);
    scene.clock.advance(80_000);
    expect(elsewhere.took()).toEqual([]);
  });

  test('fetches what is open, and subscribes to it with a bare JID that then gets one message', async () => {
    const { scene, elsewhere, juliet } = await verona();
    await using _ = scene;
    const from = `from='paris@verona.example/x' to='juliet@localhost'`;
    const fetch = `<pubsub xmlns='${NS_PUBSUB}'><items node='open'/></pubsub>`;
    await juliet.request(
      tunePublication('Introduction', 'x', publishOptions({ access_model: 'open' })).replace(TUNE, 'open'),
    );
    elsewhere.says(`<iq type='get' id='a' ${from}>${fetch}</iq>`);
    expect(elsewhere.got.at(-1)?.attr('type')).toBe('result');
    elsewhere.says(
      `<iq type='set' id='b' ${from}><pubsub xmlns='${NS_PUBSUB}'><subscribe node='open' jid='paris@verona.example'/></pubsub></iq>`,
    );
    await juliet.receivesNothing();
    elsewhere.took();
    await juliet.request(tunePublication('Finale', 'x').replace(TUNE, 'open'));
    expect(elsewhere.took()).toEqual(['message to paris@verona.example']);
    elsewhere.says(
      `<message type='error' from='paris@verona.example' to='juliet@localhost'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    await juliet.receivesNothing();
    elsewhere.took();
    await juliet.request(tunePublication('Encore', 'x').replace(TUNE, 'open'));
    expect(elsewhere.took()).toEqual([]);
  });
});
