/** People elsewhere whom nobody here knows. */
import { describe, expect, test } from 'vitest';
import { FederationScene } from './federation-scene.ts';

const from = (who: string, text = 'Buy this!') =>
  `<message from='${who}' to='romeo@localhost' type='chat'><body>${text}</body></message>`;

async function open(settings: Readonly<Record<string, unknown>>) {
  const stage = await FederationScene.open({ accounts: ['romeo'], settings });
  const romeo = await stage.scene.login('romeo', 'orchard');
  romeo.sends('<presence/>');
  await romeo.next();
  return { stage, romeo };
}

/** The conditions of the errors that went back, and what else did by its type. */
function answers(stage: FederationScene): readonly string[] {
  return stage.links.waiting
    .splice(0)
    .map((element) => element.child('error')?.elements[0]?.name ?? element.attr('type') ?? element.name);
}

describe('screened, as by default', () => {
  test('a stranger’s first messages come through, more only after an answer', async () => {
    const { stage, romeo } = await open({ 'federation.strangerMessages': 2 });
    await using _ = stage;
    for (const text of ['one', 'two', 'three']) await stage.links.brings(from('spam@evil.example/a', text));
    expect((await romeo.next()).childText('body')).toBe('one');
    expect((await romeo.next()).childText('body')).toBe('two');
    await romeo.receivesNothing();
    expect(answers(stage)).toEqual(['policy-violation']);

    romeo.sends(`<message to='spam@evil.example' type='chat'><body>Who are you?</body></message>`);
    await romeo.settles();
    await stage.links.brings(from('spam@evil.example/a', 'four'));
    expect((await romeo.next()).childText('body')).toBe('four');
  });

  test('another resource is no other stranger, and another address of the domain only for a while', async () => {
    const { stage, romeo } = await open({ 'federation.strangerMessages': 1 });
    await using _ = stage;
    await stage.links.brings(from('spam@evil.example/a'));
    await stage.links.brings(from('spam@evil.example/b'));
    for (let index = 0; index < 10; index++) await stage.links.brings(from(`spam${index}@evil.example`));
    let count = 0;
    while (count < 5) if ((await romeo.next()).name === 'message') count++;
    await romeo.receivesNothing();
    expect(answers(stage)).toHaveLength(7);
  });

  test('the next day is another day', async () => {
    const { stage, romeo } = await open({ 'federation.strangerMessages': 1 });
    await using _ = stage;
    await stage.links.brings(from('spam@evil.example', 'one'));
    await stage.links.brings(from('spam@evil.example', 'two'));
    stage.scene.clock.advance(24 * 60 * 60 * 1000);
    await stage.links.brings(from('spam@evil.example', 'three'));
    expect((await romeo.next()).childText('body')).toBe('one');
    expect((await romeo.next()).childText('body')).toBe('three');
  });

  test('contacts, answers and chat states are not counted', async () => {
    const { stage, romeo } = await open({ 'federation.strangerMessages': 1 });
    await using _ = stage;
    await romeo.request(
      `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='juliet@capulet.example'/></query></iq>`,
    );
    for (let index = 0; index < 3; index++) await stage.links.brings(from('juliet@capulet.example/b'));
    const states = `<active xmlns='http://jabber.org/protocol/chatstates'/>`;
    for (let index = 0; index < 3; index++)
      await stage.links.brings(`<message from='a@b.example' to='romeo@localhost' type='chat'>${states}</message>`);
    for (let index = 0; index < 6; index++) expect((await romeo.next()).name).toBe('message');
    expect(answers(stage)).toEqual([]);
  });

  test('invitations to rooms count like messages, and messages of rooms that nobody joined are refused', async () => {
    const { stage, romeo } = await open({ 'federation.strangerMessages': 1 });
    await using _ = stage;
    const invite = `<x xmlns='http://jabber.org/protocol/muc#user'><invite from='a@evil.example'/></x>`;
    await stage.links.brings(`<message from='one@rooms.evil.example' to='romeo@localhost'>${invite}</message>`);
    await stage.links.brings(`<message from='one@rooms.evil.example' to='romeo@localhost'>${invite}</message>`);
    await stage.links.brings(
      `<message from='two@rooms.evil.example/nick' to='romeo@localhost/orchard' type='groupchat'><body>!</body></message>`,
    );
    expect((await romeo.next()).attr('from')).toBe('one@rooms.evil.example');
    await romeo.receivesNothing();
    expect(answers(stage)).toEqual(['policy-violation', 'service-unavailable']);
  });

  test('a room that somebody has joined speaks freely', async () => {
    const { stage, romeo } = await open({ 'federation.strangerMessages': 1 });
    await using _ = stage;
    romeo.sends(`<presence to='ball@rooms.capulet.example/R'/>`);
    await romeo.settles();
    stage.links.delivers();
    const room = `<message from='ball@rooms.capulet.example/J' to='romeo@localhost/orchard' type='groupchat'><body>!</body></message>`;
    for (let index = 0; index < 5; index++) await stage.links.brings(room);
    for (let index = 0; index < 5; index++) expect((await romeo.next()).attr('type')).toBe('groupchat');
  });

  test('contact requests of one domain are swallowed when they are too many', async () => {
    const { stage, romeo } = await open({});
    await using _ = stage;
    for (let index = 0; index < 15; index++)
      await stage.links.brings(`<presence from='s${index}@evil.example' to='romeo@localhost' type='subscribe'/>`);
    for (let index = 0; index < 10; index++) expect((await romeo.next()).attr('type')).toBe('subscribe');
    await romeo.receivesNothing();
    expect(answers(stage)).toEqual([]);
  });
});

test('kept out, a stranger hears what he would hear of nobody', async () => {
  const { stage, romeo } = await open({ 'federation.strangers': 'refuse' });
  await using _ = stage;
  await stage.links.brings(from('spam@evil.example'));
  await stage.links.brings(`<presence from='spam@evil.example' to='romeo@localhost' type='subscribe'/>`);
  await romeo.receivesNothing();
  expect(answers(stage)).toEqual(['service-unavailable']);
});

test('let in, a stranger writes as he likes', async () => {
  const { stage, romeo } = await open({ 'federation.strangers': 'allow', 'federation.strangerMessages': 1 });
  await using _ = stage;
  for (let index = 0; index < 5; index++) await stage.links.brings(from('fan@club.example'));
  for (let index = 0; index < 5; index++) expect((await romeo.next()).name).toBe('message');
});
