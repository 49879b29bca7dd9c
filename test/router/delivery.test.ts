/** RFC 6121 section 8.5: table 1, every row, as a pure choice and in its effects. */
import { describe, expect, test } from 'vitest';
import { chooseRecipients } from '../../server/router/delivery.ts';
import type { MessageType } from '../../server/stanza/stanza.ts';
import { openScene } from '../scene/scene.ts';

interface Resource {
  readonly name: string;
  readonly isAvailable: boolean;
  readonly priority: number;
}

const connected: Resource = { name: 'connected', isAvailable: false, priority: 0 };
const negative: Resource = { name: 'negative', isAvailable: true, priority: -1 };
const one: Resource = { name: 'one', isAvailable: true, priority: 0 };
const other: Resource = { name: 'other', isAvailable: true, priority: 5 };

/**
 * The columns are normal, chat, groupchat, headline and (from the prose) error. O absent, so that it may be kept; E refused;
 * S ignored; D the addressed one; A all available resources whose priority is not negative.
 */
const TABLE: readonly (readonly [situation: string, resources: readonly Resource[], to: string, letters: string])[] = [
  ['no resources', [], '', 'O O E S S'],
  ['no resources', [], 'gone', 'E O E E S'],
  ['only connected resources', [connected], '', 'O O E S S'],
  ['only connected resources', [connected], 'connected', 'D D D D D'],
  ['only connected resources', [connected], 'gone', 'E O E E S'],
  ['only negative resources', [negative], '', 'O O E S S'],
  ['only negative resources', [negative], 'negative', 'D D D D D'],
  ['only negative resources', [negative], 'gone', 'E O E E S'],
  ['one non-negative resource', [one], '', 'A A E A S'],
  ['one non-negative resource', [one], 'one', 'D D D D D'],
  ['one non-negative resource', [one], 'gone', 'E A E E S'],
  ['several non-negative resources', [one, negative, other, connected], '', 'A A E A S'],
  ['several non-negative resources', [one, negative, other, connected], 'one', 'D D D D D'],
  ['several non-negative resources', [one, negative, other, connected], 'negative', 'D D D D D'],
  ['several non-negative resources', [one, negative, other, connected], 'gone', 'E A E E S'],
];

const TYPES: readonly MessageType[] = ['normal', 'chat', 'groupchat', 'headline', 'error'];

const cases = TABLE.flatMap(([situation, resources, to, letters]) =>
  TYPES.map((type, i) => ({ situation, resources, to, type, letter: letters.split(' ')[i] })),
);

test.each(cases)('$situation, to “$to”, type $type: $letter', ({ resources, to, type, letter }) => {
  const sessions = new Map(resources.map((resource) => [resource.name, resource]));
  const expected = {
    O: 'absent',
    E: 'refuse',
    S: 'ignore',
    D: resources.filter(({ name }) => name === to),
    A: resources.filter(({ isAvailable, priority }) => isAvailable && priority >= 0),
  }[letter ?? ''];
  expect(chooseRecipients(type, to, sessions)).toEqual(expected);
});

describe('in effect', () => {
  const message = (to: string, type: string) => `<message id='m' to='${to}' type='${type}'><body>Hi</body></message>`;
  const refusal = `<message id='m' type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;

  test.each([
    ['juliet@localhost', 'groupchat'],
    ['juliet@localhost/gone', 'normal'],
    ['juliet@localhost/gone', 'groupchat'],
    ['juliet@localhost/gone', 'headline'],
    ['nobody@localhost', 'normal'],
    ['nobody@localhost', 'chat'],
    ['nobody@localhost', 'groupchat'],
    ['nobody@localhost/gone', 'chat'],
  ])('a message to %s of type %s is refused', async (to, type) => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.appears();
    await juliet.next();
    romeo.sends(message(to, type));
    await romeo.receives(refusal);
    await juliet.receivesNothing();
  });

  test.each([
    ['juliet@localhost', 'error'],
    ['juliet@localhost/gone', 'error'],
    ['nobody@localhost', 'error'],
  ])('a message to %s of type %s is ignored', async (to, type) => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.appears();
    await juliet.next();
    romeo.sends(message(to, type));
    await romeo.receivesNothing();
    await juliet.receivesNothing();
  });

  test('a message to a bare JID comes with that address to every non-negative resource', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo', 'orchard');
    const [balcony, chamber, garden] = [
      await scene.login('juliet', 'balcony'),
      await scene.login('juliet', 'chamber'),
      await scene.login('juliet', 'garden'),
    ];
    balcony.appears();
    await balcony.next();
    chamber.appears();
    await chamber.next();
    await chamber.next();
    await balcony.next();
    garden.appears('<presence><priority>-1</priority></presence>');
    for (const client of [balcony, chamber]) await client.next();
    for (let i = 0; i < 3; i++) await garden.next();
    for (const to of ['juliet@localhost', 'juliet@localhost/gone']) {
      romeo.sends(message(to, 'chat'));
      for (const client of [balcony, chamber]) {
        await client.receives(
          `<message id='m' from='romeo@localhost/orchard' to='${to}' type='chat'><body>Hi</body></message>`,
        );
      }
      await garden.receivesNothing();
    }
    romeo.sends(message('juliet@localhost/garden', 'normal'));
    await garden.receives(`<message to='juliet@localhost/garden' type='normal'><body>Hi</body></message>`);
    await balcony.receivesNothing();
  });

  test('8.5.1: presence for nobody is ignored', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    for (const type of ['', `type='unavailable'`, `type='subscribed'`, `type='unsubscribe'`, `type='unsubscribed'`]) {
      romeo.sends(`<presence to='nobody@localhost' ${type}/>`);
    }
    await romeo.receivesNothing();
  });

  test.each(['nobody@localhost', 'nobody@localhost/gone', 'juliet@localhost/gone', 'juliet@localhost'])(
    'a request to %s that nobody answers is refused',
    async (to) => {
      await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
      const romeo = await scene.login('romeo');
      const answer = await romeo.request(`<iq type='get' to='${to}'><query xmlns='urn:example:unknown'/></iq>`);
      expect(answer.child('error')?.child('service-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
    },
  );
});
