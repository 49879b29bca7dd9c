/** XEP-0313: queries, filters and pages, from the examples of its sections 4 and 5. */
import { describe, expect, test } from 'vitest';
import { parseJid } from '../../server/jid/jid.ts';
import { ARCHIVE } from '../../server/modulehost/services.ts';
import type { Iq } from '../../server/stanza/stanza.ts';
import { type Element, el } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { form, NS_MAM, page, refusal, rsm } from './archive-steps.ts';

interface Talk extends AsyncDisposable {
  readonly scene: Scene;
  readonly romeo: SceneClient;
  readonly startMs: number;
  readonly ids: readonly string[];
  /** The moment of a message, as the field of a form spells it. */
  at(index: number): string;
}

const MINUTE = 60_000;
const ALL = ['one', 'two', 'three', 'four', 'five'];

/** Romeo has written to Juliet and to the nurse, and Juliet has answered; a minute lies between any two messages. */
async function talk(settings?: Readonly<Record<string, unknown>>): Promise<Talk> {
  const scene = await openScene({ accounts: ['romeo', 'juliet', 'nurse'], ...(settings && { settings }) });
  const romeo = await scene.login('romeo', 'orchard');
  const juliet = await scene.login('juliet', 'balcony');
  const startMs = scene.clock.now();
  const says = async (client: SceneClient, to: string, body: string) => {
    client.sends(`<message to='${to}' type='chat' id='${body}'><body>${body}</body></message>`);
    await client.settles();
    scene.clock.advance(MINUTE);
  };
  await says(romeo, 'juliet@localhost', 'one');
  await says(juliet, 'romeo@localhost/orchard', 'two');
  await says(romeo, 'nurse@localhost', 'three');
  await says(romeo, 'juliet@localhost/balcony', 'four');
  await says(juliet, 'romeo@localhost/orchard', 'five');
  await romeo.next();
  await romeo.next();
  const { messages } = await page(romeo);
  return {
    scene,
    romeo,
    startMs,
    ids: messages.map(({ id }) => id),
    at: (index) => new Date(startMs + index * MINUTE).toISOString(),
    [Symbol.asyncDispose]: () => scene.close(),
  };
}

describe('a query', () => {
  test('without filters gets everything in order (examples 2 to 4)', async () => {
    await using now = await talk();
    const all = await page(now.romeo);
    expect(all.bodies).toEqual(ALL);
    expect(all.isComplete).toBe(true);
    expect(all.first).toBe(all.messages[0]?.id);
    expect(all.last).toBe(all.messages[4]?.id);
    expect([all.index, all.count]).toEqual(['0', '5']);
    expect(all.messages.map(({ stamp }) => stamp)).toEqual([0, 1, 2, 3, 4].map(now.at));
    expect(new Set(all.messages.map(({ queryId }) => queryId)).size).toBe(1);
    expect(all.messages[0]?.queryId).toMatch(/^page-/);
    expect(all.messages[0]?.message.attributes).toEqual(
      expect.arrayContaining([
        'from',
        'romeo@localhost/orchard',
        'to',
        'juliet@localhost',
        'type',
        'chat',
        'id',
        'one',
      ]),
    );
  });

  test('comes from the archive itself, to the device that asked alone', async () => {
    await using now = await talk();
    const phone = await now.scene.login('romeo', 'phone');
    phone.sends(
      `<iq type='set' id='q' to='romeo@localhost'><query xmlns='${NS_MAM}'>${rsm('<max>1</max>')}</query></iq>`,
    );
    const message = await phone.next();
    expect([message.attr('from'), message.attr('to')]).toEqual(['romeo@localhost', 'romeo@localhost/phone']);
    expect(message.child('result', NS_MAM)?.attr('queryid')).toBeUndefined();
    await phone.receives(
      `<iq type='result' id='q' from='romeo@localhost' to='romeo@localhost/phone'><fin xmlns='${NS_MAM}'>${rsm(
        `<first index='0'>${now.ids[0]}</first><last>${now.ids[0]}</last><count>5</count>`,
      )}</fin></iq>`,
    );
    await now.romeo.receivesNothing();
  });

  test('is forbidden in the archives of others (section 8.1)', async () => {
    await using now = await talk();
    expect(await refusal(now.romeo, '', 'juliet@localhost')).toBe('forbidden');
    const metadata = await now.romeo.request(`<iq type='get' to='juliet@localhost'><metadata xmlns='${NS_MAM}'/></iq>`);
    expect(metadata.child('error')?.child('forbidden', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
    const form = await now.romeo.request(`<iq type='get' to='juliet@localhost'><query xmlns='${NS_MAM}'/></iq>`);
    expect(form.attr('type')).toBe('error');
  });

  test('of an empty archive gets nothing and is complete', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const nothing = await page(romeo);
    expect(nothing.fin.toXml()).toBe(
      `<fin xmlns='${NS_MAM}' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><count>0</count></set></fin>`,
    );
  });
});

describe('a filter', () => {
  test.each([
    ['a bare JID gets both directions and every device', 'juliet@localhost', ['one', 'two', 'four', 'five']],
    ['a full JID gets that device alone', 'juliet@localhost/balcony', ['two', 'four', 'five']],
    ['JIDs are prepared', 'JULIET@localhost', ['one', 'two', 'four', 'five']],
    ['one’s own JID is for what one wrote to oneself', 'romeo@localhost', []],
    ['nobody has written', 'tybalt@localhost', []],
  ])('by JID: %s (example 5)', async (_, jid, bodies) => {
    await using now = await talk();
    const found = await page(now.romeo, form({ with: jid }));
    expect(found.bodies).toEqual(bodies);
    expect(found.isComplete).toBe(true);
  });

  test('by one’s own JID gets what was said to oneself, once', async () => {
    await using now = await talk();
    now.romeo.sends(`<message to='romeo@localhost' type='chat'><body>do not forget</body></message>`);
    await now.romeo.settles();
    await page(now.romeo, form({ with: 'romeo@localhost/elsewhere' })).then(({ bodies }) =>
      expect(bodies).toEqual(['do not forget']),
    );
    expect((await page(now.romeo)).bodies).toEqual([...ALL, 'do not forget']);
  });

  test('by time includes both ends (examples 6 and 7)', async () => {
    await using now = await talk();
    expect((await page(now.romeo, form({ start: now.at(1), end: now.at(3) }))).bodies).toEqual([
      'two',
      'three',
      'four',
    ]);
    expect((await page(now.romeo, form({ start: now.at(3) }))).bodies).toEqual(['four', 'five']);
    expect((await page(now.romeo, form({ end: now.at(0) }))).bodies).toEqual(['one']);
    expect((await page(now.romeo, form({ start: '2100-08-07T00:00:00Z' }))).bodies).toEqual([]);
    expect((await page(now.romeo, form({ end: '1969-07-21T02:56:15Z' }))).bodies).toEqual([]);
  });

  test('by time counts by the message, also when the clock is set back', async () => {
    await using now = await talk();
    now.scene.clock.advance(-10 * MINUTE);
    now.romeo.sends(`<message to='juliet@localhost' type='chat'><body>six</body></message>`);
    await now.romeo.settles();
    const all = await page(now.romeo);
    expect(all.bodies).toEqual([...ALL, 'six']);
    expect(all.messages[5]?.stamp).toBe(now.at(-5));
    expect((await page(now.romeo, form({ start: now.at(-6), end: now.at(-4) }))).bodies).toEqual(['six']);
    expect((await page(now.romeo, form({ start: now.at(0) }))).bodies).toEqual(ALL);
  });

  test('by id gets what lies between two messages, or single ones (examples 8 to 10)', async () => {
    await using now = await talk();
    const [one = '', two = '', , , five = ''] = now.ids;
    expect((await page(now.romeo, form({ 'after-id': two }))).bodies).toEqual(['three', 'four', 'five']);
    expect((await page(now.romeo, form({ 'before-id': two }))).bodies).toEqual(['one']);
    expect((await page(now.romeo, form({ 'after-id': one, 'before-id': five }))).bodies).toEqual([
      'two',
      'three',
      'four',
    ]);
    expect((await page(now.romeo, form({ ids: [five, one] }))).bodies).toEqual(['one', 'five']);
    expect((await page(now.romeo, form({ ids: [five, one], with: 'juliet@localhost/balcony' }))).bodies).toEqual([
      'five',
    ]);
    expect((await page(now.romeo, form({ 'after-id': five }))).isComplete).toBe(true);
  });

  test('by an id that is not in the archive finds no item', async () => {
    await using now = await talk();
    const [one = ''] = now.ids;
    const forged = `${one.slice(0, -1)}${one.endsWith('0') ? '1' : '0'}`;
    const juliet = await now.scene.login('juliet', 'other');
    const hers = (await page(juliet)).messages[0]?.id ?? '';
    for (const id of [forged, hers, '28482-98726-73623', "' OR 1=1", '0'.repeat(26)]) {
      const text = id.replaceAll("'", '&apos;');
      expect(await refusal(now.romeo, form({ 'after-id': text }))).toBe('item-not-found');
      expect(await refusal(now.romeo, form({ 'before-id': text }))).toBe('item-not-found');
      expect(await refusal(now.romeo, form({ ids: [one, text] }))).toBe('item-not-found');
      expect(await refusal(now.romeo, rsm(`<after>${text}</after>`))).toBe('item-not-found');
      expect(await refusal(now.romeo, rsm(`<before>${text}</before>`))).toBe('item-not-found');
    }
  });

  test('that is not understood is refused (section 4.1.5)', async () => {
    await using now = await talk();
    expect(await refusal(now.romeo, form({ '{http://example.com/}stanza-content': 'x' }))).toBe(
      'feature-not-implemented',
    );
    expect(await refusal(now.romeo, form({ with: 'ju liet@@' }))).toBe('jid-malformed');
    expect(await refusal(now.romeo, form({ start: 'yesterday' }))).toBe('bad-request');
    expect(await refusal(now.romeo, form({ end: '2010-07-07' }))).toBe('bad-request');
    expect(await refusal(now.romeo, form({ FORM_TYPE: 'urn:xmpp:mam:1' }))).toBe('bad-request');
    expect(await refusal(now.romeo, `<x xmlns='jabber:x:data' type='result'/>`)).toBe('bad-request');
  });

  test('may be left empty, and may ask for messages of rooms, of which there are none here', async () => {
    await using now = await talk();
    expect((await page(now.romeo, form({ with: '', start: '', 'include-groupchat': 'true' }))).bodies).toEqual(ALL);
    expect((await page(now.romeo, form({ 'include-groupchat': 'false' }))).bodies).toEqual(ALL);
  });

  test('can be asked for (examples 13 and 14)', async () => {
    await using now = await talk();
    const answer = await now.romeo.request(`<iq type='get'><query xmlns='${NS_MAM}'/></iq>`);
    const x = answer.child('query', NS_MAM)?.child('x', 'jabber:x:data');
    expect(x?.elements.map((field) => [field.attr('var'), field.attr('type')])).toEqual([
      ['FORM_TYPE', 'hidden'],
      ['with', 'jid-single'],
      ['start', 'text-single'],
      ['end', 'text-single'],
      ['before-id', 'text-single'],
      ['after-id', 'text-single'],
      ['ids', 'list-multi'],
      ['{urn:xmpp:fulltext:0}fulltext', 'text-single'],
      ['include-groupchat', 'boolean'],
    ]);
    const ids = x?.elements.find((field) => field.attr('var') === 'ids');
    expect(ids?.child('validate', 'http://jabber.org/protocol/xdata-validate')?.child('open')).toBeDefined();
    expect(x?.elements.some((field) => field.child('required') !== undefined)).toBe(false);
  });
});

describe('paging', () => {
  test('goes through the archive forwards (examples 16 to 19)', async () => {
    await using now = await talk();
    const first = await page(now.romeo, rsm('<max>2</max>'));
    expect([first.bodies, first.isComplete, first.index, first.count]).toEqual([['one', 'two'], false, '0', '5']);
    const second = await page(now.romeo, rsm(`<max>2</max><after>${first.last}</after>`));
    expect([second.bodies, second.isComplete, second.index, second.count]).toEqual([
      ['three', 'four'],
      false,
      '2',
      '5',
    ]);
    const third = await page(now.romeo, rsm(`<max>2</max><after>${second.last}</after>`));
    expect([third.bodies, third.isComplete, third.index, third.count]).toEqual([['five'], true, '4', '5']);
    const end = await page(now.romeo, rsm(`<max>2</max><after>${third.last}</after>`));
    expect([end.bodies, end.isComplete, end.first, end.last]).toEqual([[], true, undefined, undefined]);
  });

  test('goes backwards from the end, each page in the order of time (section 4.3.3)', async () => {
    await using now = await talk();
    const last = await page(now.romeo, rsm('<max>2</max><before/>'));
    expect([last.bodies, last.isComplete, last.index]).toEqual([['four', 'five'], false, '3']);
    const before = await page(now.romeo, rsm(`<max>4</max><before>${last.first}</before>`));
    expect([before.bodies, before.isComplete, before.index]).toEqual([['one', 'two', 'three'], true, '0']);
  });

  test('keeps to the filter', async () => {
    await using now = await talk();
    const juliet = form({ with: 'juliet@localhost' });
    const first = await page(now.romeo, `${juliet}${rsm('<max>2</max>')}`);
    expect([first.bodies, first.count]).toEqual([['one', 'two'], '4']);
    const second = await page(now.romeo, `${juliet}${rsm(`<max>2</max><after>${now.ids[2]}</after>`)}`);
    expect([second.bodies, second.isComplete, second.index]).toEqual([['four', 'five'], true, '2']);
  });

  test('flips a page without changing what it holds (section 4.3.4)', async () => {
    await using now = await talk();
    const flipped = await page(now.romeo, `${rsm(`<max>2</max><after>${now.ids[0]}</after>`)}<flip-page/>`);
    expect(flipped.bodies).toEqual(['three', 'two']);
    expect([flipped.first, flipped.last, flipped.index]).toEqual([now.ids[1], now.ids[2], '1']);
  });

  test('jumps to a position, and beyond the end gets nothing (XEP-0059 section 2.6)', async () => {
    await using now = await talk();
    const jump = await page(now.romeo, rsm('<max>2</max><index>3</index>'));
    expect([jump.bodies, jump.index, jump.count, jump.isComplete]).toEqual([['four', 'five'], '3', '5', true]);
    const beyond = await page(now.romeo, rsm('<max>2</max><index>5</index>'));
    expect([beyond.bodies, beyond.first, beyond.count]).toEqual([[], undefined, '5']);
  });

  test('counts without sending anything (XEP-0059 section 2.7)', async () => {
    await using now = await talk();
    const count = await page(now.romeo, `${form({ with: 'juliet@localhost' })}${rsm('<max>0</max>')}`);
    expect([count.bodies, count.count, count.isComplete]).toEqual([[], '4', false]);
    const none = await page(now.romeo, `${form({ with: 'tybalt@localhost' })}${rsm('<max>0</max>')}`);
    expect([none.count, none.isComplete]).toEqual(['0', true]);
  });

  test('is limited by the server', async () => {
    await using now = await talk({ 'archive.maxPage': 10 });
    for (let i = 0; i < 10; i++)
      now.romeo.sends(`<message to='nurse@localhost' type='chat'><body>${i}</body></message>`);
    const limited = await page(now.romeo, rsm('<max>1000</max>'));
    expect([limited.messages.length, limited.isComplete, limited.count]).toEqual([10, false, '15']);
  });

  test('is limited in bytes as well, but never stands still', async () => {
    await using now = await talk();
    const long = 'x'.repeat(200_000);
    for (let i = 0; i < 8; i++)
      now.romeo.sends(`<message to='nurse@localhost' type='chat'><body>${long}</body></message>`);
    const lengths: number[] = [];
    let after = now.ids[4];
    for (;;) {
      const part = await page(now.romeo, rsm(`<after>${after}</after>`));
      lengths.push(part.messages.length);
      after = part.last;
      if (part.isComplete) break;
    }
    expect(lengths).toEqual([5, 3]);
  });

  test('refuses what has no meaning', async () => {
    await using now = await talk();
    expect(await refusal(now.romeo, rsm('<max>many</max>'))).toBe('bad-request');
    expect(await refusal(now.romeo, rsm('<max>-1</max>'))).toBe('bad-request');
    expect(await refusal(now.romeo, rsm(`<before/><after>${now.ids[0]}</after>`))).toBe('bad-request');
    expect(await refusal(now.romeo, rsm('<before/><index>3</index>'))).toBe('bad-request');
  });
});

describe('metadata', () => {
  test('tell where the archive begins and ends (section 5)', async () => {
    await using now = await talk();
    const answer = await now.romeo.request(`<iq type='get'><metadata xmlns='${NS_MAM}'/></iq>`);
    expect(answer.child('metadata', NS_MAM)?.toXml(NS_MAM)).toBe(
      `<metadata><start id='${now.ids[0]}' timestamp='${now.at(0)}'/><end id='${now.ids[4]}' timestamp='${now.at(4)}'/></metadata>`,
    );
  });

  test('of an empty archive are empty', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const answer = await romeo.request(`<iq type='get'><metadata xmlns='${NS_MAM}'/></iq>`);
    expect(answer.child('metadata', NS_MAM)?.children).toEqual([]);
  });
});

describe('an archive that is not an account’s', () => {
  test('is asked by whoever answers for it, who also says what may be seen (section 5.1.2)', async () => {
    await using scene = await openScene({ accounts: ['hag'] });
    const hag = await scene.login('hag', 'pda');
    const archive = scene.server.host.find(ARCHIVE);
    const owner = parseJid('coven@rooms.localhost');
    const asking = parseJid('hag@localhost/pda');
    if (archive === undefined || owner === undefined || asking === undefined) throw new Error('no archive');
    for (const nick of ['first', 'second', 'first']) {
      const partner = parseJid(`${owner.bare}/${nick}`) ?? owner;
      const body = el('body', 'jabber:client', undefined, nick);
      const message = el(
        'message',
        'jabber:client',
        { from: partner.full, to: 'x@localhost', type: 'groupchat' },
        body,
      );
      archive.keep(owner.bare, partner, { id: archive.newId(), atMs: scene.clock.now(), element: message });
    }
    const ask = async (inner: string) => {
      const payload = parseXml(`<query xmlns='${NS_MAM}'>${inner}</query>`);
      const element = el('iq', 'jabber:client', { type: 'set', id: 'q', from: asking.full, to: owner.full }, payload);
      const iq: Iq = { kind: 'iq', type: 'set', id: 'q', element, from: asking, to: owner, payload };
      const sent: Element[] = [];
      const view = (message: Element) => message.withAttr('to', undefined);
      const answer = await archive.answer({ owner, iq, payload, send: (message) => sent.push(message), view });
      return { sent, answer };
    };
    const all = await ask(form({ with: `${owner.bare}/first` }));
    expect(all.sent.map((message) => [message.attr('from'), message.attr('to')])).toEqual([
      [owner.bare, asking.full],
      [owner.bare, asking.full],
    ]);
    const inside = all.sent[0]
      ?.child('result', NS_MAM)
      ?.child('forwarded', 'urn:xmpp:forward:0')
      ?.child('message', 'jabber:client');
    expect([inside?.attr('from'), inside?.attr('to')]).toEqual([`${owner.bare}/first`, undefined]);
    expect((await ask(form({ with: owner.bare }))).sent.length).toBe(3);
    // Its messages are all those of a room: there is nothing to include.
    const groupchat = await ask(form({ 'include-groupchat': 'true' }));
    expect(groupchat.answer).toMatchObject({ condition: 'feature-not-implemented' });
    expect(archive.features).not.toContain(`${NS_MAM}#groupchat-field`);
    expect((await page(hag)).bodies).toEqual([]);
    await archive.remove(owner.bare);
    expect((await ask('')).sent).toEqual([]);
    expect(archive.latest(owner.bare, 10)).toEqual([]);
  });
});

test('what the archive can do is told to its owner (section 7)', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const romeo = await scene.login('romeo');
  const disco = async (to: string) => {
    const query = `<query xmlns='http://jabber.org/protocol/disco#info'/>`;
    const answer = await romeo.request(`<iq type='get' to='${to}'>${query}</iq>`);
    const info = answer.child('query', 'http://jabber.org/protocol/disco#info');
    return info?.elements.map((feature) => feature.attr('var'));
  };
  expect(await disco('romeo@localhost')).toEqual(
    expect.arrayContaining([
      'http://jabber.org/protocol/rsm',
      'urn:xmpp:fulltext:0',
      NS_MAM,
      `${NS_MAM}#extended`,
      `${NS_MAM}#groupchat-field`,
      'urn:xmpp:message-retract:1',
      'urn:xmpp:message-retract:1#tombstone',
      'urn:xmpp:sid:0',
    ]),
  );
  expect(await disco('localhost')).toContain('urn:xmpp:message-retract:1');
});
