import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { arrives, chat, confirms, hearsPresence, R } from './stream-management-steps.ts';

const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

function sent(inner: string, type = 'chat'): string {
  return `<message from='romeo@localhost' type='${type}'><sent xmlns='${NS_CARBONS}'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></sent></message>`;
}

function received(inner: string, type = 'chat'): string {
  return `<message from='romeo@localhost' type='${type}'><received xmlns='${NS_CARBONS}'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></received></message>`;
}

/** A message as it stands inside a carbon. */
function whole(from: SceneClient, to: string, content: string, attributes = "type='chat'"): string {
  return `<message xmlns='jabber:client' from='${from.jid}' to='${to}' ${attributes}>${content}</message>`;
}

async function enables(client: SceneClient): Promise<void> {
  const answer = await client.request(`<iq type='set'><enable xmlns='${NS_CARBONS}'/></iq>`);
  expect(answer.attr('type')).toBe('result');
}

/** Romeo with two devices, of which `home` wants carbons; Juliet with one. */
async function meet(scene: Scene) {
  const garden = await scene.login('romeo', 'garden');
  const home = await scene.login('romeo', 'home');
  await enables(home);
  const juliet = await scene.login('juliet', 'balcony');
  return { garden, home, juliet };
}

const CAST = { accounts: ['romeo', 'juliet'] };

describe('XEP-0280 sections 3 to 5: discovery, enabling, disabling', () => {
  test('Example 2: the server tells that it can do this, with all rules', async () => {
    await using scene = await openScene(CAST);
    const { home } = await meet(scene);
    const answer = await home.request(
      "<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    );
    const features = answer.elements[0]?.elements.map((feature) => feature.attr('var'));
    expect(features).toEqual(expect.arrayContaining([NS_CARBONS, 'urn:xmpp:carbons:rules:0']));
  });

  test('Examples 4 and 7: enabling and disabling are confirmed, also when nothing changes', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo', 'garden');
    for (const name of ['enable', 'enable', 'disable', 'disable', 'enable']) {
      const answer = await romeo.request(`<iq type='set'><${name} xmlns='${NS_CARBONS}'/></iq>`);
      expect([answer.attr('type'), answer.elements.length]).toEqual(['result', 0]);
    }
  });

  test('a device that disabled them gets no more', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    await home.request(`<iq type='set'><disable xmlns='${NS_CARBONS}'/></iq>`);
    juliet.sends(chat(garden.jid, 'Hi'));
    await garden.receives(chat(garden.jid, 'Hi'));
    await home.receivesNothing();
  });

  test('Example 8: nobody switches the carbons of another account', async () => {
    await using scene = await openScene(CAST);
    const { home } = await meet(scene);
    for (const name of ['enable', 'disable']) {
      const answer = await home.request(`<iq type='set' to='juliet@localhost'><${name} xmlns='${NS_CARBONS}'/></iq>`);
      expect(answer.child('error')?.child('not-allowed', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
    }
  });
});

describe('XEP-0280 section 7: receiving', () => {
  test('Examples 9 and 10: a message to one device is copied to the others', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    juliet.sends(
      `<message to='${garden.jid}' type='chat'><body>What man art thou</body><thread>0e31</thread></message>`,
    );
    await garden.receives("<message type='chat'><body>What man art thou</body><thread>0e31</thread></message>");
    const copy = await home.receives(
      received(whole(juliet, garden.jid, '<body>What man art thou</body><thread>0e31</thread>')),
    );
    expect(copy.attr('to')).toBe(home.jid);
    await garden.receivesNothing();
  });

  test('a device that gets the message itself gets no copy', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    for (const device of [garden, home]) device.sends('<presence/>');
    await hearsPresence(garden, 2);
    await hearsPresence(home, 2);
    juliet.sends(chat('romeo@localhost', 'to all'));
    for (const device of [garden, home]) {
      await device.receives(chat('romeo@localhost', 'to all'));
      await device.receivesNothing();
    }
  });

  test('a device that did not enable them gets none, and neither does the sender', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    await enables(juliet);
    const third = await scene.login('romeo', 'third');
    juliet.sends(chat(garden.jid, 'Hi'));
    await home.receives(received(whole(juliet, garden.jid, '<body>Hi</body>')));
    await third.receivesNothing();
    await juliet.receivesNothing();
  });

  test('Example 11: a carbon that somebody made up arrives as what it is, inside a real one', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    const forged = `<received xmlns='${NS_CARBONS}'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='nurse@localhost'><body>!</body></message></forwarded></received>`;
    juliet.sends(`<message to='${garden.jid}' type='chat'>${forged}</message>`);
    const message = await garden.receives(`<message type='chat'>${forged}</message>`);
    expect(message.attr('from')).toBe(juliet.jid);
    await home.receives(received(whole(juliet, garden.jid, forged)));
  });
});

describe('XEP-0280 section 8: sending', () => {
  test('Examples 12 and 13: what one device sends is copied to the others, whether it wants copies itself or not', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    garden.sends(chat(juliet.jid, 'Neither, fair saint'));
    await juliet.receives(chat(juliet.jid, 'Neither, fair saint'));
    const copy = await home.receives(sent(whole(garden, juliet.jid, '<body>Neither, fair saint</body>')));
    expect(copy.attr('to')).toBe(home.jid);
    await garden.receivesNothing();
    home.sends(chat(juliet.jid, 'if either thee dislike'));
    await home.receivesNothing();
    await garden.receivesNothing();
  });

  test('what goes to another device of one’s own is copied once', async () => {
    await using scene = await openScene(CAST);
    const { garden, home } = await meet(scene);
    const third = await scene.login('romeo', 'third');
    await enables(third);
    home.sends(chat(garden.jid, 'note'));
    await garden.receives(chat(garden.jid, 'note'));
    await third.receives(received(whole(home, garden.jid, '<body>note</body>')));
    await third.receivesNothing();
    await home.receivesNothing();
  });
});

describe('XEP-0280 section 6.1: which messages are copied', () => {
  const ROOM_MARK = `<x xmlns='${NS_MUC_USER}'/>`;
  const cases = [
    { what: 'a chat message without a text', type: 'chat', content: "<store xmlns='urn:xmpp:hints'/>", isCopied: true },
    { what: 'a normal message with a text', type: 'normal', content: '<body>Hi</body>', isCopied: true },
    { what: 'a normal message without a text', type: 'normal', content: "<x xmlns='urn:example'/>", isCopied: false },
    { what: 'a headline', type: 'headline', content: '<body>Hi</body>', isCopied: false },
    { what: 'a message of a room', type: 'groupchat', content: '<body>Hi</body>', isCopied: false },
    { what: 'a receipt', type: 'normal', content: "<received xmlns='urn:xmpp:receipts' id='1'/>", isCopied: true },
    {
      what: 'a chat state',
      type: 'normal',
      content: "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
      isCopied: true,
    },
    {
      what: 'a chat marker',
      type: 'normal',
      content: "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>",
      isCopied: true,
    },
    {
      what: 'a direct invitation',
      type: 'normal',
      content: "<x xmlns='jabber:x:conference' jid='r@c.localhost'/>",
      isCopied: true,
    },
    {
      what: 'a mediated invitation',
      type: 'normal',
      content: `<x xmlns='${NS_MUC_USER}'><invite from='a@localhost'/></x>`,
      isCopied: true,
    },
    {
      what: 'a private message',
      type: 'chat',
      content: `<body>Hi</body><private xmlns='${NS_CARBONS}'/>`,
      isCopied: false,
    },
    {
      what: 'a message with the hint no-copy',
      type: 'chat',
      content: "<body>Hi</body><no-copy xmlns='urn:xmpp:hints'/>",
      isCopied: false,
    },
  ];

  test.each(cases)('received: $what', async ({ type, content, isCopied }) => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    juliet.sends(`<message to='${garden.jid}' type='${type}'>${content}</message>`);
    await garden.receives(`<message type='${type}'>${content}</message>`);
    if (isCopied) await home.receives(received(whole(juliet, garden.jid, content, `type='${type}'`), type));
    await home.receivesNothing();
  });

  test.each(cases)('sent: $what', async ({ type, content, isCopied }) => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    garden.sends(`<message to='${juliet.jid}' type='${type}'>${content}</message>`);
    await juliet.receives(`<message type='${type}'>${content}</message>`);
    if (isCopied) await home.receives(sent(whole(garden, juliet.jid, content, `type='${type}'`), type));
    await home.receivesNothing();
  });

  test('a private message of a room is copied when it was sent, not when it was received', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    const content = `<body>psst</body>${ROOM_MARK}`;
    juliet.sends(`<message to='${garden.jid}' type='chat'>${content}</message>`);
    await garden.receives(`<message type='chat'>${content}</message>`);
    await home.receivesNothing();
    garden.sends(`<message to='${juliet.jid}' type='chat'>${content}</message>`);
    await home.receives(sent(whole(garden, juliet.jid, content)));
  });

  test('Example 15: a private message leaves as it was written, so that the other server copies it neither', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    const content = `<body>psst</body><private xmlns='${NS_CARBONS}'/><no-copy xmlns='urn:xmpp:hints'/>`;
    garden.sends(`<message to='${juliet.jid}' type='chat'>${content}</message>`);
    await juliet.receives(`<message type='chat'>${content}</message>`);
    await home.receivesNothing();
  });
});

describe('XEP-0280 section 6.1: errors', () => {
  const error = "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

  test('an error that answers a message that was copied is copied', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    garden.sends(`<message to='${juliet.jid}' type='chat' id='m1'><body>Hi</body></message>`);
    await home.receives(sent(whole(garden, juliet.jid, '<body>Hi</body>', "type='chat' id='m1'")));
    juliet.sends(`<message to='${garden.jid}' type='error' id='m1'>${error}</message>`);
    await garden.receives(`<message type='error' id='m1'>${error}</message>`);
    await home.receives(received(whole(juliet, garden.jid, error, "type='error' id='m1'"), 'error'));
  });

  test('an error that a device sends is copied as well', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    juliet.sends(`<message to='${garden.jid}' type='chat' id='m1'><body>Hi</body></message>`);
    await home.receives(received(whole(juliet, garden.jid, '<body>Hi</body>', "type='chat' id='m1'")));
    await garden.receives("<message type='chat' id='m1'><body>Hi</body></message>");
    garden.sends(`<message to='${juliet.jid}' type='error' id='m1'>${error}</message>`);
    await home.receives(sent(whole(garden, juliet.jid, error, "type='error' id='m1'"), 'error'));
  });

  test('an error that answers nothing, or what was not copied, or somebody else, is not', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet', 'tybalt'] });
    const { garden, home, juliet } = await meet(scene);
    const tybalt = await scene.login('tybalt', 'street');
    garden.sends(
      `<message to='${juliet.jid}' type='chat' id='p'><body>Hi</body><private xmlns='${NS_CARBONS}'/></message>`,
    );
    garden.sends(`<message to='${juliet.jid}' type='chat' id='m'><body>Hi</body></message>`);
    await home.receives(sent(whole(garden, juliet.jid, '<body>Hi</body>', "type='chat' id='m'")));
    juliet.sends(`<message to='${garden.jid}' type='error' id='p'>${error}</message>`);
    juliet.sends(`<message to='${garden.jid}' type='error' id='unheard'>${error}</message>`);
    juliet.sends(`<message to='${garden.jid}' type='error'>${error}</message>`);
    tybalt.sends(`<message to='${garden.jid}' type='error' id='m'>${error}</message>`);
    await home.receivesNothing();
  });

  test('an id that is longer than any client makes it is not remembered, for it would take the memory', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    const id = 'x'.repeat(1_000);
    garden.sends(`<message to='${juliet.jid}' type='chat' id='${id}'><body>Hi</body></message>`);
    await home.receives(sent(whole(garden, juliet.jid, '<body>Hi</body>', `type='chat' id='${id}'`)));
    juliet.sends(`<message to='${garden.jid}' type='error' id='${id}'>${error}</message>`);
    await home.receivesNothing();
  });

  test('section 10.3: the error of a device about a copy reaches nobody', async () => {
    await using scene = await openScene(CAST);
    const { garden, home, juliet } = await meet(scene);
    juliet.sends(`<message to='${garden.jid}' type='chat' id='m1'><body>Hi</body></message>`);
    await home.receives(received(whole(juliet, garden.jid, '<body>Hi</body>', "type='chat' id='m1'")));
    home.sends(`<message to='romeo@localhost' type='error' id='m1'>${error}</message>`);
    await home.receivesNothing();
    await juliet.receivesNothing();
  });
});

describe('together with stream management', () => {
  const EXPIRY_MS = 610_000;
  const settings = { 'stream-management.idleProbeSeconds': 86_400 };

  /** The message goes to the garden alone, which is away; its copy to `home`. */
  async function copyAndLose(scene: Scene, home: SceneClient): Promise<void> {
    const juliet = await scene.login('juliet', 'balcony');
    const { client: garden } = await arrives(scene, 'romeo', 'garden');
    garden.drops();
    juliet.sends(chat(garden.jid, 'Hi'));
    await home.receives(received(whole(juliet, garden.jid, '<body>Hi</body>')));
  }

  async function next(scene: Scene): Promise<SceneClient> {
    const device = await scene.login('romeo', 'next');
    device.sends('<presence/>');
    await hearsPresence(device);
    return device;
  }

  test('a message whose copy arrived elsewhere does not come back', async () => {
    await using scene = await openScene({ ...CAST, settings });
    const { client: home } = await arrives(scene, 'romeo', 'home');
    await enables(home);
    await home.receives(R);
    confirms(home, 1);
    await copyAndLose(scene, home);
    confirms(home, 2);
    scene.clock.advance(EXPIRY_MS);
    await (await next(scene)).receivesNothing();
  });

  test('a message that neither it nor its copy reached comes back once', async () => {
    await using scene = await openScene({ ...CAST, settings });
    const { client: home } = await arrives(scene, 'romeo', 'home');
    await enables(home);
    await home.receives(R);
    await copyAndLose(scene, home);
    home.drops();
    scene.clock.advance(EXPIRY_MS);
    const device = await next(scene);
    await device.receives(
      "<message to='romeo@localhost' type='chat'><body>Hi</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/></message>",
    );
    await device.receivesNothing();
  });

  test('a copy of what another device sent does not come back', async () => {
    await using scene = await openScene({ ...CAST, settings });
    const { client: home } = await arrives(scene, 'romeo', 'home');
    await enables(home);
    const garden = await scene.login('romeo', 'garden');
    home.drops();
    garden.sends(chat('juliet@localhost', 'Hi'));
    await garden.receivesNothing();
    scene.clock.advance(EXPIRY_MS);
    await (await next(scene)).receivesNothing();
  });

  test('a device that resumes has what it missed', async () => {
    await using scene = await openScene(CAST);
    const { client: home, id } = await arrives(scene, 'romeo', 'home');
    await enables(home);
    const garden = await scene.login('romeo', 'garden');
    home.drops();
    garden.sends(chat('juliet@localhost', 'Hi'));
    await garden.receivesNothing();
    const again = await scene.authenticated('romeo');
    again.sends(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='1'/>`);
    await again.receives(`<resumed xmlns='urn:xmpp:sm:3' previd='${id}' h='1'/>`);
    await again.receives(sent(whole(garden, 'juliet@localhost', '<body>Hi</body>')));
  });
});
