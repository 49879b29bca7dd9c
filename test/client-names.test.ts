import { describe, expect, test } from 'vitest';
import { ClientNames } from '../server/client-names.ts';
import { openScene, type Scene } from './scene/scene.ts';
import type { SceneClient } from './scene/scene-client.ts';

const NS = 'jabber:iq:version';

interface Looking {
  readonly names: ClientNames;
  /** By resource. */
  seen(): Record<string, string | undefined>;
  changes(): number;
}

function lookAt(scene: Scene): Looking {
  const { sessions, ownRequests } = scene.server;
  let changes = 0;
  const names = new ClientNames({ sessions, ownRequests, clock: scene.clock, onChange: () => changes++ });
  return {
    names,
    seen: () => Object.fromEntries([...sessions.all()].map((session) => [session.jid.resource, names.of(session)])),
    changes: () => changes,
  };
}

async function appears(scene: Scene, name: string, resource: string): Promise<SceneClient> {
  const client = await scene.login(name, resource);
  client.appears();
  expect((await client.next()).name).toBe('presence'); // one's own, as RFC 6121 section 4.2.2 has it
  return client;
}

/** Reads the server's question; the result answers it with `answer`. */
async function isAsked(client: SceneClient): Promise<(answer: string, type?: string) => void> {
  const question = await client.next();
  expect([question.attr('type'), question.attr('from')]).toEqual(['get', 'localhost']);
  expect(question.child('query', NS)).toBeDefined();
  return (answer, type = 'result') =>
    client.sends(`<iq type='${type}' id='${question.attr('id')}' to='localhost'>${answer}</iq>`);
}

const version = (name: string, number: string) =>
  `<query xmlns='${NS}'><name>${name}</name><version>${number}</version></query>`;

describe('a client (XEP-0092)', () => {
  test('is asked nothing until somebody looks, then once, and its name is told', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const looking = lookAt(scene);
    const romeo = await appears(scene, 'romeo', 'orchard');
    const asking = looking.names.askAll();
    (await isAsked(romeo))(version('Gajim', '1.8.4'));
    await asking;
    expect([looking.seen(), looking.changes()]).toEqual([{ orchard: 'Gajim 1.8.4' }, 1]);
    await looking.names.askAll();
    await romeo.receivesNothing();
  });

  test('that cannot say has no name, and nobody waits for it twice', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const looking = lookAt(scene);
    const romeo = await appears(scene, 'romeo', 'orchard');
    const asking = looking.names.askAll();
    (await isAsked(romeo))(
      `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`,
      'error',
    );
    await asking;
    await looking.names.askAll();
    expect([looking.seen(), looking.changes()]).toEqual([{ orchard: undefined }, 0]);
  });

  test('that says nothing is waited for one second; its late answer still counts', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const looking = lookAt(scene);
    const romeo = await appears(scene, 'romeo', 'orchard');
    const asking = looking.names.askAll();
    const answer = await isAsked(romeo);
    scene.clock.advance(1000);
    await asking;
    expect(looking.seen()).toEqual({ orchard: undefined });
    answer(version('Dino', '0.4'));
    await romeo.receivesNothing();
    expect(looking.seen()).toEqual({ orchard: 'Dino 0.4' });
  });

  test('that has shown no presence is left in peace', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const looking = lookAt(scene);
    const romeo = await scene.login('romeo', 'orchard');
    await looking.names.askAll();
    await romeo.receivesNothing();
  });

  test('cannot answer for another one', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const looking = lookAt(scene);
    const romeo = await appears(scene, 'romeo', 'orchard');
    const juliet = await scene.login('juliet', 'balcony');
    const asking = looking.names.askAll();
    const question = await romeo.next();
    juliet.sends(`<iq type='result' id='${question.attr('id')}' to='localhost'>${version('Forged', '6.6.6')}</iq>`);
    await juliet.receivesNothing();
    expect(looking.seen()).toEqual({ orchard: undefined, balcony: undefined });
    scene.clock.advance(1000);
    await asking;
  });

  test.each([
    ['a name without a version', `<query xmlns='${NS}'><name>Psi</name></query>`, 'Psi'],
    ['line ends and marks that turn the writing around', version('Ev\nil\u202E', '1\t2'), 'Ev il 1 2'],
    ['a name without end', version('x'.repeat(500), '1'), `${'x'.repeat(60)} 1`],
    ['an empty name', version(' ', ''), undefined],
    ['something else', `<query xmlns='urn:example:other'><name>No</name></query>`, undefined],
    ['nothing', '', undefined],
  ])('may say %s', async (_what, answer, expected) => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const looking = lookAt(scene);
    const romeo = await appears(scene, 'romeo', 'orchard');
    const asking = looking.names.askAll();
    (await isAsked(romeo))(answer);
    await asking;
    expect(looking.seen()).toEqual({ orchard: expected });
  });
});
