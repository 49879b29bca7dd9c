import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asks, events, interested, itemsOf, OPEN, publishes } from './pep-clients.ts';

const NODE = 'urn:xmpp:vcard4';
const XMLNS = 'urn:ietf:params:xml:ns:vcard-4.0';
const vcard4 = (content: string) => `<vcard xmlns='${XMLNS}'>${content}</vcard>`;

const setCard = (client: SceneClient, content: string) =>
  asks(client, `<iq type='set'><vCard xmlns='vcard-temp'>${content}</vCard></iq>`);

async function cardOf(client: SceneClient): Promise<string | undefined> {
  const answer = await asks(client, `<iq type='get' to='stpeter@localhost'><vCard xmlns='vcard-temp'/></iq>`);
  return answer
    .child('vCard', 'vcard-temp')
    ?.elements.map((element) => element.toXml('vcard-temp'))
    .join('');
}

describe('a profile of the new kind', () => {
  test('is kept and shown as it is, and is the old one as well (XEP-0292 examples 1 to 4)', async () => {
    await using scene = await openScene({ accounts: ['stpeter', 'samizzi'] });
    const stpeter = await scene.login('stpeter');
    const samizzi = await scene.login('samizzi');
    const card = vcard4(
      `<fn><text>Peter</text></fn><gender><sex><text>M</text></sex></gender><title><text>Saint</text></title>`,
    );
    expect((await publishes(stpeter, NODE, '1', card, OPEN)).attr('type')).toBe('result');
    expect(await itemsOf(samizzi, NODE, 'stpeter@localhost')).toEqual({ 1: card });
    expect(await cardOf(samizzi)).toBe('<FN>Peter</FN><TITLE>Saint</TITLE>');
    await publishes(stpeter, NODE, '2', vcard4(`<fn><text>Peter S.</text></fn>`), OPEN);
    expect(await cardOf(samizzi)).toBe('<FN>Peter S.</FN>');
  });

  test('that is not for everybody does not get into the old one, which everybody can read', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter');
    await setCard(stpeter, '<FN>stpeter</FN>');
    const field = `<field var='pubsub#access_model'><value>presence</value></field>`;
    await asks(
      stpeter,
      `<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='${NODE}'>
        <x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#node_config</value></field>${field}</x></configure></pubsub></iq>`,
    );
    await publishes(stpeter, NODE, '1', vcard4('<fn><text>Peter</text></fn>'), { access_model: 'presence' });
    expect(await cardOf(stpeter)).toBe('<FN>stpeter</FN>');
    // What is said to everybody may be told to contacts, but takes nothing from what only they may know.
    await setCard(stpeter, '<FN>stpeter</FN><TITLE>Saint</TITLE>');
    expect(Object.values(await itemsOf(stpeter, NODE))).toEqual([
      vcard4('<fn><text>Peter</text></fn><title><text>Saint</text></title>'),
    ]);
  });
});

describe('a profile of the old kind', () => {
  test('is the new one as well, for everybody, and those who wait for changes hear of it once', async () => {
    await using scene = await openScene({ accounts: ['stpeter', 'samizzi'] });
    const stpeter = await interested(scene, 'stpeter', 'squire', NODE);
    await setCard(stpeter, '<FN>Peter</FN><MAILER>mutt</MAILER>');
    const card = vcard4('<fn><text>Peter</text></fn>');
    expect(await events(stpeter)).toEqual([`${NODE} item current ${card}`]);
    expect(await itemsOf(await scene.login('samizzi'), NODE, 'stpeter@localhost')).toEqual({ current: card });
    await setCard(stpeter, '<FN>Peter</FN>');
    expect(await events(stpeter)).toEqual([]);
    expect(await cardOf(stpeter)).toBe('<FN>Peter</FN>');
  });

  test('keeps what only the other can say, in both directions', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter');
    await publishes(
      stpeter,
      NODE,
      'mine',
      vcard4('<fn><text>Peter</text></fn><kind><text>individual</text></kind>'),
      OPEN,
    );
    await setCard(stpeter, '<FN>Peter</FN><MAILER>mutt</MAILER><ROLE>Patron</ROLE>');
    expect(await itemsOf(stpeter, NODE)).toEqual({
      mine: vcard4('<fn><text>Peter</text></fn><kind><text>individual</text></kind><role><text>Patron</text></role>'),
    });
    await publishes(
      stpeter,
      NODE,
      'mine',
      vcard4('<fn><text>Pete</text></fn><kind><text>individual</text></kind>'),
      OPEN,
    );
    expect(await cardOf(stpeter)).toBe('<FN>Pete</FN><MAILER>mutt</MAILER>');
  });

  test('that is emptied takes from the new one what it had said', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter');
    await setCard(stpeter, '<FN>Peter</FN>');
    await setCard(stpeter, '');
    expect(await itemsOf(stpeter, NODE)).toEqual({});
    expect(await cardOf(stpeter)).toBeUndefined();
  });

  test('and a picture do not get in each other’s way when both come at once', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter');
    const gif = Buffer.from('GIF89a0000').toString('base64');
    stpeter.sends(
      `<iq type='set' id='a'><vCard xmlns='vcard-temp'><FN>Peter</FN><PHOTO><BINVAL>${gif}</BINVAL></PHOTO></vCard></iq>`,
    );
    await publishes(stpeter, NODE, 'current', vcard4('<fn><text>Pete</text></fn>'), OPEN);
    expect(await cardOf(stpeter)).toBe(`<FN>Pete</FN><PHOTO><BINVAL>${gif}</BINVAL></PHOTO>`);
  });
});

describe('a profile from before', () => {
  test('of the old kind becomes one of the new kind when its owner comes', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    await scene.server.host.stop('vcard4');
    await setCard(await scene.login('stpeter'), '<FN>Peter</FN>');
    await scene.restart();
    expect(await itemsOf(await scene.login('stpeter'), NODE)).toEqual({
      current: vcard4('<fn><text>Peter</text></fn>'),
    });
  });

  test('of the new kind becomes one of the old kind', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    await scene.server.host.stop('vcard4');
    await publishes(await scene.login('stpeter'), NODE, '1', vcard4('<fn><text>Peter</text></fn>'), OPEN);
    await scene.restart();
    expect(await cardOf(await scene.login('stpeter'))).toBe('<FN>Peter</FN>');
  });
});

test('server and accounts announce the format (section 6)', async () => {
  await using scene = await openScene({ accounts: ['stpeter'] });
  const stpeter = await scene.login('stpeter');
  const xmlns = 'http://jabber.org/protocol/disco#info';
  for (const to of [` to='localhost'`, '']) {
    const answer = await asks(stpeter, `<iq type='get'${to}><query xmlns='${xmlns}'/></iq>`);
    expect(answer.child('query', xmlns)?.elements.map((feature) => feature.attr('var'))).toContain(XMLNS);
  }
});
