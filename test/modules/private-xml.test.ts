import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const PREFS = `<exodus xmlns='exodus:prefs'><defaultnick>Hamlet</defaultnick></exodus>`;

function asked(client: SceneClient, type: 'get' | 'set', content: string, to?: string): Promise<Element> {
  const address = to === undefined ? '' : ` to='${to}'`;
  return client.request(`<iq type='${type}'${address}><query xmlns='jabber:iq:private'>${content}</query></iq>`);
}

function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

async function finds(client: SceneClient, asks: string, content: string): Promise<void> {
  client.sends(`<iq type='get' id='1002'><query xmlns='jabber:iq:private'>${asks}</query></iq>`);
  await client.receives(`<iq type='result' id='1002'><query xmlns='jabber:iq:private'>${content}</query></iq>`);
}

describe('what a client stores', () => {
  test('is found again on every device (XEP-0049 examples 1 and 2)', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const denmark = await scene.login('hamlet', 'denmark');
    denmark.sends(`<iq type='set' id='1001'><query xmlns='jabber:iq:private'>${PREFS}</query></iq>`);
    await denmark.receives(`<iq type='result' to='hamlet@localhost/denmark' id='1001'/>`);
    await finds(await scene.login('hamlet', 'england'), `<exodus xmlns='exodus:prefs'/>`, PREFS);
  });

  test('is empty where nothing was stored', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const hamlet = await scene.login('hamlet');
    await finds(hamlet, `<storage xmlns='storage:bookmarks' id='1'/>`, `<storage xmlns='storage:bookmarks'/>`);
  });

  test('is kept apart by namespace, and replaced within it', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const hamlet = await scene.login('hamlet');
    const notes = `<storage xmlns='storage:rosternotes'><note jid='a@b'>Seems to write lots of mails</note></storage>`;
    const answer = await asked(hamlet, 'set', PREFS + notes);
    expect(answer.attr('type')).toBe('result');
    await asked(hamlet, 'set', `<exodus xmlns='exodus:prefs'><defaultnick>Macbeth</defaultnick></exodus>`);
    await finds(
      hamlet,
      `<exodus xmlns='exodus:prefs'/>`,
      `<exodus xmlns='exodus:prefs'><defaultnick>Macbeth</defaultnick></exodus>`,
    );
    await finds(hamlet, `<storage xmlns='storage:rosternotes'/>`, notes);
  });

  test('may be several elements of one namespace, which come back together and in order (section 2.3)', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const hamlet = await scene.login('hamlet');
    const both = `<b xmlns='urn:example'>1</b><a xmlns='urn:example'>2</a>`;
    expect((await asked(hamlet, 'set', both)).attr('type')).toBe('result');
    await finds(hamlet, `<a xmlns='urn:example'/><b xmlns='urn:example'/>`, both);
  });

  test('is gone when an empty element takes its place', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const hamlet = await scene.login('hamlet');
    await asked(hamlet, 'set', PREFS);
    await asked(hamlet, 'set', `<exodus xmlns='exodus:prefs'/>`);
    await finds(hamlet, `<exodus xmlns='exodus:prefs'/>`, `<exodus xmlns='exodus:prefs'/>`);
    expect(scene.database.reader.all('SELECT * FROM private_xml')).toEqual([]);
  });

  test('outlives a crash of the server once the result has said that it is stored', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    await asked(await scene.login('hamlet'), 'set', PREFS);
    await scene.crash();
    await finds(await scene.login('hamlet'), `<exodus xmlns='exodus:prefs'/>`, PREFS);
  });

  test('goes with its account', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    await asked(await scene.login('hamlet'), 'set', PREFS);
    await scene.accounts.remove('hamlet');
    expect(scene.database.reader.all('SELECT * FROM private_xml')).toEqual([]);
  });
});

describe('what is refused', () => {
  test('is the storage of another, existing or not known (example 3)', async () => {
    await using scene = await openScene({ accounts: ['hamlet', 'macbeth'] });
    const hamlet = await scene.login('hamlet');
    await asked(hamlet, 'set', PREFS);
    const macbeth = await scene.login('macbeth');
    const forged = `<exodus xmlns='exodus:prefs'><defaultnick>Macbeth</defaultnick></exodus>`;
    expect(conditionOf(await asked(macbeth, 'set', forged, 'hamlet@localhost'))).toBe('forbidden');
    expect(conditionOf(await asked(macbeth, 'get', forged, 'hamlet@localhost'))).toBe('forbidden');
    expect(conditionOf(await asked(macbeth, 'set', forged, 'localhost'))).toBe('forbidden');
    await finds(hamlet, `<exodus xmlns='exodus:prefs'/>`, PREFS);
  });

  test('is a request without an element (example 4)', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const hamlet = await scene.login('hamlet');
    expect(conditionOf(await asked(hamlet, 'get', ''))).toBe('not-acceptable');
    expect(conditionOf(await asked(hamlet, 'set', ''))).toBe('not-acceptable');
  });

  test.each([
    `<vCard xmlns='vcard-temp'><FN>Hamlet</FN></vCard>`,
    `<query xmlns='jabber:iq:roster'/>`,
    `<x xmlns='http://jabber.org/protocol/muc'/>`,
    `<inherited/>`,
    `<nothing xmlns=''/>`,
  ])('is the reserved namespace of %s (example 5)', async (content) => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const hamlet = await scene.login('hamlet');
    expect(conditionOf(await asked(hamlet, 'set', PREFS + content))).toBe('not-acceptable');
    expect(conditionOf(await asked(hamlet, 'get', content))).toBe('not-acceptable');
    await finds(hamlet, `<exodus xmlns='exodus:prefs'/>`, `<exodus xmlns='exodus:prefs'/>`);
  });

  test('is asking for two namespaces at once', async () => {
    await using scene = await openScene({ accounts: ['hamlet'] });
    const answer = await asked(await scene.login('hamlet'), 'get', `<a xmlns='urn:a'/><b xmlns='urn:b'/>`);
    expect(conditionOf(answer)).toBe('bad-request');
  });

  test('is more than the settings allow: bytes of a piece, and pieces', async () => {
    const settings = { 'private-xml.maxBytes': 1000, 'private-xml.maxPieces': 2 };
    await using scene = await openScene({ accounts: ['hamlet'], settings });
    const hamlet = await scene.login('hamlet');
    expect(conditionOf(await asked(hamlet, 'set', `<a xmlns='urn:a'>${'é'.repeat(490)}</a>`))).toBe('policy-violation');
    await asked(hamlet, 'set', `<a xmlns='urn:a'>1</a><b xmlns='urn:b'>1</b>`);
    expect(conditionOf(await asked(hamlet, 'set', `<c xmlns='urn:c'>1</c>`))).toBe('resource-constraint');
    // What is there already can be changed, and one can go for another.
    expect((await asked(hamlet, 'set', `<b xmlns='urn:b'>2</b>`)).attr('type')).toBe('result');
    expect((await asked(hamlet, 'set', `<a xmlns='urn:a'/><c xmlns='urn:c'>1</c>`)).attr('type')).toBe('result');
    await finds(hamlet, `<c xmlns='urn:c'/>`, `<c xmlns='urn:c'>1</c>`);
  });

  test('is not a change of what was kept before the setting was lowered', async () => {
    await using scene = await openScene({ accounts: ['hamlet'], settings: { 'private-xml.maxPieces': 1 } });
    const kept = (xmlns: string) => ({
      sql: 'INSERT INTO private_xml VALUES (?, ?, ?)',
      params: ['hamlet', xmlns, '<q/>'],
    });
    await scene.database.writer.write([kept('urn:a'), kept('urn:b')]);
    const hamlet = await scene.login('hamlet');
    expect((await asked(hamlet, 'set', `<a xmlns='urn:a'>2</a>`)).attr('type')).toBe('result');
    expect(conditionOf(await asked(hamlet, 'set', `<c xmlns='urn:c'>1</c>`))).toBe('resource-constraint');
  });
});
