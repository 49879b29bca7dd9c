/** XEP-0431: searching one's archive for words. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { form, page, refusal, rsm } from './archive-steps.ts';

const FIELD = '{urn:xmpp:fulltext:0}fulltext';
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');

async function saying(...bodies: readonly string[]): Promise<[Scene, SceneClient]> {
  const scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  for (const body of bodies)
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>${escaped(body)}</body></message>`);
  await romeo.settles();
  return [scene, romeo];
}

const words = (text: string) => form({ [FIELD]: escaped(text) });

describe('a search finds', () => {
  test.each([
    ['a word, whatever its case', 'MEETING', ['The meeting is at noon']],
    ['a word by its beginning', 'confer', ['In the conference room']],
    ['all words, in any order', 'noon meet', ['The meeting is at noon']],
    ['words in quotes as they stand', '"is at noon"', ['The meeting is at noon']],
    ['nothing for quoted words in another order', '"noon at is"', []],
    ['umlauts as they are', 'grüße', ['Schöne Grüße aus Köln']],
    ['umlauts without their dots', 'grusse', []],
    ['letters with marks by those without', 'grüße koln', ['Schöne Grüße aus Köln']],
    ['letters of other scripts', 'привет', ['Привет, мир']],
    ['words of a script without spaces, from the middle', '会议', ['今天的会议在中午']],
    ['words joined by a hyphen', 'e-mail', ['An e-mail came']],
    ['numbers', '4711', ['Call 4711 now']],
    ['addresses', 'https://example.org/a?b=c', ['See https://example.org/a?b=c']],
    ['nothing when one of the words is nowhere', 'meeting midnight', []],
    ['nothing where there is no word', '!!! ???', []],
  ])('%s', async (_, text, bodies) => {
    const [scene, romeo] = await saying(
      'The meeting is at noon',
      'In the conference room',
      'Schöne Grüße aus Köln',
      'Привет, мир',
      '今天的会议在中午',
      'An e-mail came',
      'Call 4711 now',
      'See https://example.org/a?b=c',
    );
    await using _scene = scene;
    expect((await page(romeo, words(text))).bodies).toEqual(bodies);
  });

  test('what was said a moment ago, a while ago, and before a crash', async () => {
    const [scene, romeo] = await saying('needle one');
    await using _ = scene;
    expect((await page(romeo, words('needle'))).bodies).toEqual(['needle one']);
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>needle two</body></message>`);
    await romeo.settles();
    scene.clock.advance(60_000);
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>needle three</body></message>`);
    await romeo.settles();
    await scene.crash();
    const again = await scene.login('romeo');
    again.sends(`<message to='juliet@localhost' type='chat'><body>needle four</body></message>`);
    expect((await page(again, words('needle'))).bodies).toEqual([
      'needle one',
      'needle two',
      'needle three',
      'needle four',
    ]);
    await scene.restart();
    const later = await scene.login('romeo');
    expect((await page(later, words('needle'))).messages.length).toBe(4);
  });

  test('more than fits into one batch of the index', async () => {
    const [scene, romeo] = await saying(...Array.from({ length: 900 }, (_, i) => `needle ${i}`));
    await using _ = scene;
    expect((await page(romeo, `${words('needle')}${rsm('<max>0</max>')}`)).count).toBe('900');
    expect((await page(romeo, words('needle 777'))).bodies).toEqual(['needle 777']);
  });

  test('only what is one’s own', async () => {
    const [scene, romeo] = await saying('a secret');
    await using _ = scene;
    const nurse = await scene.login('juliet');
    romeo.sends(`<message to='romeo@localhost' type='chat'><body>a secret of mine</body></message>`);
    await romeo.settles();
    expect((await page(nurse, words('secret'))).bodies).toEqual(['a secret']);
    expect((await page(nurse, words('owner:*'))).bodies).toEqual([]);
  });

  test('with other filters, page by page', async () => {
    const [scene, romeo] = await saying('red apple', 'green apple', 'blue apple', 'pear');
    await using _ = scene;
    const last = await page(romeo, `${words('apple')}${rsm('<max>2</max><before/>')}`);
    expect([last.bodies, last.isComplete, last.index, last.count]).toEqual([
      ['green apple', 'blue apple'],
      false,
      '1',
      '3',
    ]);
    const first = await page(romeo, `${words('apple')}${rsm(`<max>2</max><before>${last.first}</before>`)}`);
    expect([first.bodies, first.isComplete]).toEqual([['red apple'], true]);
    expect((await page(romeo, form({ [FIELD]: 'apple', with: 'nurse@localhost' }))).bodies).toEqual([]);
    expect((await page(romeo, form({ [FIELD]: 'apple', with: 'juliet@localhost' }))).messages.length).toBe(3);
    expect((await page(romeo, form({ [FIELD]: 'apple', ids: [first.first ?? ''] }))).bodies).toEqual(['red apple']);
  });
});

test('no text is a search for everything', async () => {
  const [scene, romeo] = await saying('one', 'two');
  await using _ = scene;
  expect((await page(romeo, words('  '))).bodies).toEqual(['one', 'two']);
});

test('nothing that is typed is syntax', async () => {
  const [scene, romeo] = await saying('one AND two', 'NEAR the end');
  await using _ = scene;
  const hostile = [
    '"',
    '"""',
    'a"b',
    'one AND',
    'NOT one',
    '(one',
    'one)',
    'text:one',
    'owner : *',
    '*',
    '^one',
    'NEAR(one two)',
    '{owner}: x',
    "'; DROP TABLE archive_message; --",
    '-one',
    '+',
    '\\',
    'one\u00a0two',
    '"one',
  ];
  for (const text of hostile) expect((await page(romeo, words(text))).fin.attr('complete'), text).toBe('true');
  expect((await page(romeo, words('one AND two'))).bodies).toEqual(['one AND two']);
  expect((await page(romeo, words('NEAR'))).bodies).toEqual(['NEAR the end']);
  expect((await page(romeo)).messages.length).toBe(2);
});

test('too much to search for is refused', async () => {
  const [scene, romeo] = await saying('one');
  await using _ = scene;
  expect(await refusal(romeo, words(Array.from({ length: 17 }, (_, i) => `x${i}`).join(' ')))).toBe('policy-violation');
  expect((await page(romeo, words('one '.repeat(33)))).bodies).toEqual(['one']);
  expect(await refusal(romeo, words('x'.repeat(1_001)))).toBe('policy-violation');
});

test('what only stands in for something else is not searched', async () => {
  const [scene, romeo] = await saying();
  await using _ = scene;
  const says = (inner: string) => romeo.sends(`<message to='juliet@localhost' type='chat'>${inner}</message>`);
  says(`<body>Your client cannot read OMEMO</body><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>`);
  says(`<body>Your client cannot show OMEMO</body><fallback xmlns='urn:xmpp:fallback:0' for='x'/>`);
  says(
    `<body>&gt; quoted\nmy words on OMEMO</body><fallback xmlns='urn:xmpp:fallback:0' for='x'><body start='0' end='9'/></fallback>`,
  );
  says(`<subject>OMEMO</subject><body>a talk</body>`);
  expect((await page(romeo, words('omemo'))).bodies).toEqual(['> quoted\nmy words on OMEMO', 'a talk']);
});
