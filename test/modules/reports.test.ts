/** XEP-0377: Blocking Command Reports, version 0.4.1; the examples by their captions. */
import { describe, expect, test } from 'vitest';
import { REPORTS, type Report } from '../../server/modulehost/services.ts';
import type { KeptReport } from '../../server/modules/reports/kept-report.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_REPORTING = 'urn:xmpp:reporting:1';
const NS_SID = 'urn:xmpp:sid:0';
const SPAM = 'urn:xmpp:reporting:spam';
const PEOPLE = { accounts: ['juliet', 'romeo', 'escalus'], admins: ['escalus'] };
const TEXT = 'Never came trouble to my house like this.';

function block(...items: readonly string[]): string {
  return `<iq type='set'><block xmlns='urn:xmpp:blocking'>${items.join('')}</block></iq>`;
}

function item(jid: string, report = ''): string {
  return `<item jid='${jid}'>${report}</item>`;
}

function report(reason = SPAM, content = ''): string {
  return `<report xmlns='${NS_REPORTING}' reason='${reason}'>${content}</report>`;
}

function reportsOf(scene: Scene): readonly Report[] {
  return serviceOf(scene).list();
}

function serviceOf(scene: Scene) {
  const service = scene.server.host.find(REPORTS);
  if (service === undefined) throw new Error('reports are not taken');
  return service;
}

async function succeeds(client: SceneClient, request: string): Promise<void> {
  expect((await client.request(request)).attr('type')).toBe('result');
}

async function blocked(client: SceneClient): Promise<readonly (string | undefined)[]> {
  const answer = await client.request(`<iq type='get'><blocklist xmlns='urn:xmpp:blocking'/></iq>`);
  return answer.elements[0]?.elements.map((one) => one.attr('jid')) ?? [];
}

/** The server has told whom it wanted to: what follows the answer to a block. */
async function appears(scene: Scene, name: string): Promise<SceneClient> {
  const client = await scene.login(name, 'study');
  client.appears();
  await client.receives(`<presence from='${name}@localhost/study'/>`);
  return client;
}

/** Sends juliet a message from romeo; its id in her archive. */
async function says(romeo: SceneClient, juliet: SceneClient, body: string): Promise<string> {
  romeo.sends(`<message to='juliet@localhost' type='chat'><body>${body}</body></message>`);
  return (await juliet.next()).child('stanza-id', NS_SID)?.attr('id') ?? '';
}

describe('a report', () => {
  test('can be made (Service discovery information response)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    const info = await juliet.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    expect(info.elements[0]?.elements.map((feature) => feature.attr('var'))).toContain(NS_REPORTING);
  });

  test('comes with a block (Report sent with blocking command)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    await succeeds(juliet, block(item('Romeo@example.net', report('urn:xmpp:reporting:abuse'))));
    expect(await blocked(juliet)).toEqual(['romeo@example.net']);
    expect(reportsOf(scene)).toMatchObject([
      {
        reporter: 'juliet@localhost',
        reported: 'romeo@example.net',
        reason: 'abuse',
        text: undefined,
        messages: [],
        isResolved: false,
        atMs: scene.clock.now(),
      },
    ]);
  });

  test('has a text and says who else may hear of it (Report with optional processing opt-in)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    const texts = `<text xml:lang='en'>  ${TEXT}\n</text><text xml:lang='de'>Nie kam Verdruss so in mein Haus.</text>`;
    await succeeds(juliet, block(item('romeo@example.net', report(SPAM, `${texts}<report-origin/><third-party/>`))));
    await succeeds(juliet, block(item('paris@example.net', report())));
    const [later, first] = reportsOf(scene) as readonly KeptReport[];
    expect(first).toMatchObject({ reason: 'spam', reasonUrn: SPAM, mayTellOrigin: true, mayTellOthers: true });
    expect(first?.text).toBe(`${TEXT}\n\nNie kam Verdruss so in mein Haus.`);
    expect(later).toMatchObject({ reported: 'paris@example.net', mayTellOrigin: false, mayTellOthers: false });
  });

  test('shows the messages that it names, and they stay with it (Report sent with stanza IDs)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await appears(scene, 'juliet');
    const romeo = await scene.login('romeo', 'orchard');
    const ids = [await says(romeo, juliet, 'Buy gold'), await says(romeo, juliet, 'Buy it now')].reverse();
    const named = ids.map((id) => `<stanza-id xmlns='${NS_SID}' by='juliet@localhost' id='${id}'/>`).join('');
    const unknown = `<stanza-id xmlns='${NS_SID}' by='romeo@localhost' id='28482-98726-73623'/>`;
    await succeeds(juliet, block(item('romeo@localhost', report(SPAM, `${unknown}${named}<text>${TEXT}</text>`))));
    expect(reportsOf(scene)[0]?.messages).toMatchObject([
      { id: ids[1], body: 'Buy gold' },
      { id: ids[0], body: 'Buy it now' },
      { id: '28482-98726-73623', body: undefined },
    ]);
  });

  test('shows no message of anybody else, whatever it claims', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await appears(scene, 'juliet');
    const romeo = await scene.login('romeo', 'orchard');
    const id = await says(romeo, juliet, 'My love');
    const named = `<stanza-id xmlns='${NS_SID}' by='juliet@localhost' id='${id}'/>`;
    await succeeds(juliet, block(item('paris@localhost', report(SPAM, named))));
    // Nor does it open the archives of others.
    const escalus = await scene.login('escalus');
    await succeeds(escalus, block(item('romeo@localhost', report(SPAM, named))));
    expect(reportsOf(scene).flatMap(({ messages }) => messages.map(({ body }) => body))).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('is about one address: those that are blocked along with it are not reported', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(
      juliet,
      block(
        item('a@example.net', report()),
        item('b@example.net'),
        item('example.org', report('urn:xmpp:reporting:abuse')),
      ),
    );
    expect(await blocked(juliet)).toEqual(['a@example.net', 'b@example.net', 'example.org']);
    expect(
      reportsOf(scene)
        .map(({ reported, reason }) => [reported, reason])
        .sort(),
    ).toEqual([
      ['a@example.net', 'spam'],
      ['example.org', 'abuse'],
    ]);
  });

  test('is not shown to one’s other devices', async () => {
    await using scene = await openScene(PEOPLE);
    const phone = await scene.login('juliet', 'phone');
    await blocked(phone);
    const juliet = await scene.login('juliet', 'chamber');
    await succeeds(juliet, block(item('romeo@example.net', report(SPAM, `<text>${TEXT}</text>`))));
    await phone.receives(
      `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='romeo@example.net'/></block></iq>`,
    );
  });

  test('survives the end of the server', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block(item('romeo@example.net', report())));
    await scene.crash();
    expect(reportsOf(scene)).toHaveLength(1);
  });
});

describe('the address is blocked as if there were no report', () => {
  test.each([
    ['without a reason', `<report xmlns='${NS_REPORTING}'/>`],
    ['with a reason beyond all measure', report('x'.repeat(256))],
    ['of another version', `<report xmlns='urn:xmpp:reporting:0' reason='${SPAM}'/>`],
  ])('when it is %s', async (_, wrong) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block(item('romeo@example.net', wrong)));
    expect(await blocked(juliet)).toEqual(['romeo@example.net']);
    expect(reportsOf(scene)).toEqual([]);
  });

  test('when the person reports too much', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'reports.maxPerDay': 2 } });
    const juliet = await scene.login('juliet');
    for (const name of ['a', 'b', 'c']) await succeeds(juliet, block(item(`${name}@example.net`, report())));
    expect(await blocked(juliet)).toHaveLength(3);
    expect(reportsOf(scene)).toHaveLength(2);
    const escalus = await scene.login('escalus');
    await succeeds(escalus, block(item('a@example.net', report())));
    expect(reportsOf(scene)).toHaveLength(3);
    scene.clock.advance(86_400_000);
    const tomorrow = await scene.login('juliet');
    await succeeds(tomorrow, block(item('c@example.net', report())));
    expect(reportsOf(scene)).toHaveLength(4);
  });

  test('and an error of the block is one of the whole', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'blocking.maxItems': 1 } });
    const juliet = await scene.login('juliet');
    const answer = await juliet.request(block(item('a@example.net', report()), item('b@example.net', report())));
    expect(answer.attr('type')).toBe('error');
    expect(reportsOf(scene)).toEqual([]);
  });

  test('a reason that is not known counts as abuse', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block(item('a@example.net', report('urn:example:reason:boring'))));
    expect(reportsOf(scene)).toMatchObject([{ reason: 'abuse', reasonUrn: 'urn:example:reason:boring' }]);
  });

  test('what is long is cut, and what is much is left out', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    const ids = Array.from({ length: 30 }, (_, n) => `<stanza-id xmlns='${NS_SID}' by='x@example.net' id='${n}'/>`);
    const text = `${'x'.repeat(1_999)}😀 and more`;
    await succeeds(juliet, block(item('a@example.net', report(SPAM, `${ids.join('')}<text>${text}</text>`))));
    const [only] = reportsOf(scene);
    expect(only?.messages).toHaveLength(20);
    expect(only?.text).toBe(`${'x'.repeat(1_999)}…`);
  });
});

describe('administrators', () => {
  test('hear of it when they are online, and nobody else does', async () => {
    await using scene = await openScene(PEOPLE);
    const [escalus, romeo] = [await appears(scene, 'escalus'), await appears(scene, 'romeo')];
    const juliet = await appears(scene, 'juliet');
    await succeeds(juliet, block(item('paris@example.net', report(SPAM, `<text>${TEXT}</text>`))));
    await escalus.receives(
      `<message type='headline' from='localhost' to='escalus@localhost'><subject>Report about paris@example.net</subject><body>juliet@localhost has blocked paris@example.net and reports spam.\n\n${TEXT}</body><no-store xmlns='urn:xmpp:hints'/></message>`,
    );
    await romeo.receivesNothing();
    await juliet.receivesNothing();
  });

  test('find it later if the setting says so', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'reports.notice': 'always' } });
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block(item('paris@example.net', report())));
    const escalus = await appears(scene, 'escalus');
    expect((await escalus.next()).childText('body')).toBe(
      'juliet@localhost has blocked paris@example.net and reports spam.',
    );
  });

  test('are left in peace if the setting says so', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'reports.notice': 'off' } });
    const escalus = await appears(scene, 'escalus');
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block(item('paris@example.net', report())));
    await escalus.receivesNothing();
    expect(reportsOf(scene)).toHaveLength(1);
  });

  test('are not told by whom they themselves are reported', async () => {
    await using scene = await openScene(PEOPLE);
    const escalus = await appears(scene, 'escalus');
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block(item('escalus@localhost', report()), item('escalus@localhost/study', report())));
    await escalus.receivesNothing();
  });

  test('note what they have dealt with, once', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    let changes = 0;
    const takeBack = serviceOf(scene).onChange(() => changes++);
    await succeeds(juliet, block(item('a@example.net', report())));
    scene.clock.advance(1_000);
    const again = await scene.login('juliet');
    await succeeds(again, block(item('b@example.net', report())));
    expect(changes).toBe(2);
    const [newest] = reportsOf(scene);
    expect(await serviceOf(scene).resolve(newest?.id ?? '')).toBe(true);
    expect(changes).toBe(3);
    expect(reportsOf(scene).map(({ reported, isResolved }) => [reported, isResolved])).toEqual([
      ['a@example.net', false],
      ['b@example.net', true],
    ]);
    expect(await serviceOf(scene).resolve(newest?.id ?? '')).toBe(false);
    expect(await serviceOf(scene).resolve('nonsense')).toBe(false);
    takeBack();
    expect(changes).toBe(3);
  });

  test('see a number of reports: those dealt with go first, then the oldest', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'reports.maxReports': 2 } });
    const reportOn = async (name: string) => {
      scene.clock.advance(1_000);
      const juliet = await scene.login('juliet', name);
      const named = `<stanza-id xmlns='${NS_SID}' by='juliet@localhost' id='x'/>`;
      await succeeds(juliet, block(item(`${name}@example.net`, report(SPAM, named))));
    };
    await reportOn('a');
    await reportOn('b');
    await serviceOf(scene).resolve(reportsOf(scene)[0]?.id ?? '');
    await reportOn('c');
    expect(reportsOf(scene).map(({ reported }) => reported)).toEqual(['c@example.net', 'a@example.net']);
    await reportOn('d');
    expect(reportsOf(scene).map(({ reported }) => reported)).toEqual(['d@example.net', 'c@example.net']);
    expect(scene.database.reader.all('SELECT * FROM reports_message')).toHaveLength(2);
  });
});

test('the reports of a person go with the account, those about it stay', async () => {
  await using scene = await openScene(PEOPLE);
  const [juliet, romeo] = [await scene.login('juliet'), await scene.login('romeo')];
  await succeeds(juliet, block(item('romeo@localhost', report())));
  await succeeds(romeo, block(item('juliet@localhost', report())));
  await scene.accounts.remove('juliet');
  await scene.database.writer.flush();
  expect(reportsOf(scene).map(({ reporter }) => reporter)).toEqual(['romeo@localhost']);
});

test('a guest may block, and is not believed', async () => {
  await using scene = await openScene({ ...PEOPLE, settings: { 'guests.allowed': true } });
  await scene.accounts.createGuest('ghost');
  const jid = {
    local: 'ghost',
    domain: 'localhost',
    resource: 'x',
    bare: 'ghost@localhost',
    full: 'ghost@localhost/x',
  };
  const session = scene.server.lifecycle.create(jid, undefined);
  const answers: (string | undefined)[] = [];
  session.send = (answer) => void answers.push(answer.attr('type'));
  const payload = parseXml(`<block xmlns='urn:xmpp:blocking'>${item('romeo@localhost', report())}</block>`);
  const element = parseXml(`<iq xmlns='jabber:client' type='set' id='1' from='${jid.full}'/>`).plus(payload);
  const to = { ...jid, resource: '', full: jid.bare };
  await scene.server.router.submit({ kind: 'iq', type: 'set', id: '1', element, from: jid, to, payload }, session);
  expect(answers).toEqual(['result']);
  expect(reportsOf(scene)).toEqual([]);
  scene.server.lifecycle.end(session);
});
