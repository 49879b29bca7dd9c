/** SASL on a stream: RFC 6120 section 6, with SCRAM (RFC 5802, RFC 7677), channel binding and PLAIN (RFC 4616). */
import { describe, expect, test } from 'vitest';
import { createSasl } from '../../server/stream/features/sasl.ts';
import { createMechanismKinds } from '../../server/stream/sasl/kinds.ts';
import { SignIn } from '../../server/stream/sasl/sign-in.ts';
import { Stream } from '../../server/stream/stream.ts';
import type { ChannelBindingType } from '../../server/stream/transport.ts';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene, target } from '../scene/scene.ts';
import { SceneClient } from '../scene/scene-client.ts';
import { createScramClient, type ScramHash } from '../scene/scram-client.ts';
import { BINDING_DATA, MemoryWire } from '../scene/wire.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const HASHES: Readonly<Record<string, ScramHash>> = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
};
const PASSWORD = 'R0m30 & Juliet';

let nonces = 0;

/** The account juliet with a password of her own, on a server with `settings`. */
async function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const scene = await openScene({ settings });
  await scene.accounts.create({ localpart: 'juliet', password: PASSWORD, role: 'member' });
  return scene;
}

async function opened(scene: Scene): Promise<SceneClient> {
  const client = scene.connect({ name: 'juliet' });
  client.opens();
  await client.next();
  return client;
}

function auth(mechanism: string, message?: string): string {
  const text = message === undefined ? '' : btoa(message);
  return `<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${text}</auth>`;
}

function response(message: string): string {
  return `<response xmlns='${NS_SASL}'>${btoa(message)}</response>`;
}

interface Attempt {
  readonly mechanism?: string;
  readonly username?: string;
  readonly password?: string;
  readonly gs2Header?: string;
  readonly bindingData?: Uint8Array;
}

/** After success the stream begins anew (RFC 6120 section 6.4.6). */
async function restarts(client: SceneClient): Promise<void> {
  client.opens();
  await client.next();
}

/** A whole exchange; what the server says last. After success the stream has been restarted. */
async function signIn(client: SceneClient, attempt: Attempt = {}): Promise<Element> {
  const { mechanism = 'SCRAM-SHA-256', username = 'juliet', password = PASSWORD, ...binding } = attempt;
  const hash = HASHES[mechanism.replace('-PLUS', '')] ?? 'sha1';
  const scram = createScramClient({ hash, username, password, nonce: `nonce${++nonces}`, ...binding });
  client.sends(auth(mechanism, scram.first));
  const challenge = await client.next();
  if (challenge.name !== 'challenge') return challenge;
  client.sends(response(scram.final(atob(challenge.text()))));
  const last = await client.next();
  if (last.name === 'success') {
    expect(scram.isServerProven(atob(last.text())), 'the server knows the password').toBe(true);
    await restarts(client);
  }
  return last;
}

function conditionOf(element: Element): string | undefined {
  return element.is('failure', NS_SASL) ? element.elements[0]?.name : element.name;
}

describe.skipIf(target !== undefined)('the offer', () => {
  test('is every SCRAM, bound or not, strongest first, and the types of channel binding (XEP-0440)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    const mechanisms = client.features?.child('mechanisms', NS_SASL)?.elements.map((mechanism) => mechanism.text());
    expect(mechanisms).toEqual([
      'SCRAM-SHA-512-PLUS',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
    ]);
    const bindings = client.features?.child('sasl-channel-binding', 'urn:xmpp:sasl-cb:0')?.elements;
    expect(bindings?.map((binding) => binding.attr('type'))).toEqual(['tls-exporter', 'tls-server-end-point']);
  });

  test('includes PLAIN only where the host wants it', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opened(scene);
    const mechanisms = client.features?.child('mechanisms', NS_SASL)?.elements.map((mechanism) => mechanism.text());
    expect(mechanisms?.at(-1)).toBe('PLAIN');
  });

  test('does not exist in plain text, and nobody signs in there (6.3.1)', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = scene.connect({ isSecure: false });
    client.opens();
    await client.next();
    client.sends(auth('PLAIN', `\0juliet\0${PASSWORD}`));
    await client.receivesEnd('policy-violation');
  });

  test('is gone once somebody has signed in, and a second time ends the stream', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    expect(conditionOf(await signIn(client))).toBe('success');
    expect(client.features?.child('mechanisms', NS_SASL)).toBeUndefined();
    client.sends(auth('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.receivesEnd('policy-violation');
  });
});

describe.skipIf(target !== undefined)('SCRAM', () => {
  test.each(Object.keys(HASHES))('%s signs in, and both sides are proven', async (mechanism) => {
    await using scene = await openHouse();
    const client = await opened(scene);
    expect(conditionOf(await signIn(client, { mechanism }))).toBe('success');
    await client.binds('balcony');
    expect(client.jid).toBe('juliet@localhost/balcony');
  });

  describe.each(Object.keys(HASHES))('%s-PLUS', (mechanism) => {
    test.each<ChannelBindingType>(['tls-exporter', 'tls-server-end-point', 'tls-unique'])(
      'signs in bound by %s',
      async (type) => {
        await using scene = await openHouse();
        const client = await opened(scene);
        const last = await signIn(client, {
          mechanism: `${mechanism}-PLUS`,
          gs2Header: `p=${type},,`,
          bindingData: BINDING_DATA[type],
        });
        expect(conditionOf(last)).toBe('success');
      },
    );

    test('refuses data of another connection: somebody sits in between', async () => {
      await using scene = await openHouse();
      const client = await opened(scene);
      const last = await signIn(client, {
        mechanism: `${mechanism}-PLUS`,
        gs2Header: 'p=tls-exporter,,',
        bindingData: Buffer.from('another connection'),
      });
      expect(conditionOf(last)).toBe('not-authorized');
    });
  });

  test('refuses a client that was made to believe that nothing can be bound (RFC 5802 section 6)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    expect((await signIn(client, { gs2Header: 'y,,' })).name).toBe('failure');
  });

  test('takes the name in any spelling', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    expect(conditionOf(await signIn(client, { username: 'JULIET' }))).toBe('success');
  });

  test('without an initial response asks for it with an empty challenge (RFC 6120 6.4.2)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(auth('SCRAM-SHA-1'));
    await client.receives(`<challenge xmlns='${NS_SASL}'/>`);
    client.sends(response('n,,n=juliet,r=abc'));
    expect(atob((await client.next()).text())).toMatch(/^r=abc.+,s=.+,i=\d+,h=.+,t=0304$/);
  });

  test('takes “=” for an initial response of no length, which is no message of SCRAM (6.4.2)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(`<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'>=</auth>`);
    expect(conditionOf(await client.next())).toBe('malformed-request');
  });
});

describe.skipIf(target !== undefined)('a wrong password', () => {
  test('is not authorized, and another attempt may follow (6.4.5)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    expect(conditionOf(await signIn(client, { password: 'Paris' }))).toBe('not-authorized');
    expect(conditionOf(await signIn(client))).toBe('success');
  });

  test('cannot be told from a name that does not exist', async () => {
    await using scene = await openHouse();
    const challenges: Record<string, string[]> = {};
    const failures: Record<string, string> = {};
    for (const username of ['juliet', 'nobody', 'juliet', 'nobody']) {
      const client = await opened(scene);
      client.sends(auth('SCRAM-SHA-256', `n,,n=${username},r=abc`));
      const first = atob((await client.next()).text());
      const [, salt = '', iterations = ''] = /,s=([^,]+),i=(\d+)/.exec(first) ?? [];
      challenges[username] = [...(challenges[username] ?? []), `${salt} ${iterations}`];
      const nonce = /^r=([^,]+)/.exec(first)?.[1];
      client.sends(response(`c=biws,r=${nonce},p=${Buffer.alloc(32, 7).toString('base64')}`));
      failures[username] = (await client.next()).toXml();
    }
    const [juliet = '', julietAgain] = challenges.juliet ?? [];
    const [nobody = '', nobodyAgain] = challenges.nobody ?? [];
    expect(julietAgain, 'the salt of an account stays').toBe(juliet);
    expect(nobodyAgain, 'and so does that of nobody').toBe(nobody);
    expect(nobody).not.toBe(juliet);
    expect(nobody.length).toBe(juliet.length);
    expect(nobody.split(' ')[1]).toBe(juliet.split(' ')[1]);
    expect(failures.nobody).toBe(failures.juliet);
  });

  test('six times ends the stream (6.4.5)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    for (let i = 0; i < 5; i++) expect(conditionOf(await signIn(client, { password: 'Paris' }))).toBe('not-authorized');
    // The sixth waits, as from now on every one does.
    let last: Element | undefined;
    void signIn(client, { password: 'Paris' }).then((element) => {
      last = element;
    });
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return last && conditionOf(last);
      })
      .toBe('not-authorized');
    await client.receivesEnd('policy-violation');
  });

  test('too often in a row holds the answer back, also that to the right one', async () => {
    await using scene = await openHouse();
    for (let stream = 0; stream < 2; stream++) {
      const client = await opened(scene);
      for (let i = 0; i < 3; i++)
        expect(conditionOf(await signIn(client, { password: 'Paris' }))).toBe('not-authorized');
    }
    const client = await opened(scene);
    let last: Element | undefined;
    const signedIn = signIn(client).then((element) => {
      last = element;
    });
    const other = await opened(scene); // a whole stream negotiated meanwhile: enough turns for an answer to arrive
    expect(other.features).toBeDefined();
    expect(last).toBeUndefined();
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return last?.name;
      })
      .toBe('success');
    await signedIn;
  });

  test('from too many at once is put off without looking at it (6.5.10)', async () => {
    const wire = new MemoryWire({ isSecure: true });
    const authenticator = {
      scramKeys: () => ({ salt: Buffer.of(1), iterations: 4096, storedKey: Buffer.of(1), serverKey: Buffer.of(1) }),
      hasScramKeys: () => true,
      checkPassword: () => Promise.resolve(true),
      refusal: () => undefined,
      delayMs: () => Number.POSITIVE_INFINITY,
      failed: () => expect.unreachable(),
      succeeded: () => expect.unreachable(),
    };
    const signIn = new SignIn({
      authenticator,
      mechanisms: createMechanismKinds({ authenticator, isPlainOffered: () => true, newNonce: () => 'nonce' }),
      wait: () => expect.unreachable(),
    });
    const limits = { maxStanzaBytes: 10_000, maxDepth: 10, maxAttributes: 10, maxBufferedBytes: 100_000 };
    const silent = () => undefined;
    new Stream({
      transport: wire.server,
      domain: 'localhost',
      features: [createSasl(signIn)],
      limits: { beforeAuthentication: limits, authenticated: limits },
      newId: () => 'id',
      now: () => 0,
      log: { debug: silent, info: silent, warn: silent, error: silent, child: () => expect.unreachable() },
      gone: silent,
    });
    const client = new SceneClient('juliet', 'localhost', wire.client);
    client.opens();
    await client.next();
    client.sends(auth('PLAIN', '\0juliet\0anything'));
    expect(conditionOf(await client.next())).toBe('temporary-auth-failure');
  });
});

describe.skipIf(target !== undefined)('a mistake of the client', () => {
  test.each([
    ['a mechanism that does not exist', 'invalid-mechanism', auth('X-NONE', 'hello')],
    ['no mechanism', 'invalid-mechanism', `<auth xmlns='${NS_SASL}'>aGVsbG8=</auth>`],
    ['PLAIN where it is not offered', 'invalid-mechanism', auth('PLAIN', `\0juliet\0${PASSWORD}`)],
    ['text that is no base64', 'incorrect-encoding', `<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'>?!</auth>`],
    ['white space in base64', 'incorrect-encoding', `<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'> biws </auth>`],
    ['padding in the middle', 'incorrect-encoding', `<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'>bi==biws</auth>`],
    ['padding alone', 'incorrect-encoding', `<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'>====</auth>`],
    ['a message that is not SCRAM', 'malformed-request', auth('SCRAM-SHA-1', 'hello')],
    ['a response to nothing', 'malformed-request', response('hello')],
    ['an abort of nothing', 'aborted', `<abort xmlns='${NS_SASL}'/>`],
    ['an element that SASL does not have', 'malformed-request', `<begin xmlns='${NS_SASL}'/>`],
  ])('(%s) fails with %s, and another attempt may follow', async (_what, condition, xml) => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(xml);
    const failure = await client.next();
    expect(failure.is('failure', NS_SASL)).toBe(true);
    expect(conditionOf(failure)).toBe(condition);
    expect(conditionOf(await signIn(client))).toBe('success');
  });

  test('bad base64 in the middle ends the exchange', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(auth('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.next();
    client.sends(`<response xmlns='${NS_SASL}'>%</response>`);
    expect(conditionOf(await client.next())).toBe('incorrect-encoding');
    client.sends(response('c=biws,r=abc,p=AAAA'));
    expect(conditionOf(await client.next())).toBe('malformed-request');
  });

  test('a second start in the middle of an exchange fails', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(auth('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.next();
    client.sends(auth('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    expect(conditionOf(await client.next())).toBe('malformed-request');
    expect(conditionOf(await signIn(client))).toBe('success');
  });

  test('an abort in the middle is confirmed (6.4.4)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(auth('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.next();
    client.sends(`<abort xmlns='${NS_SASL}'/>`);
    await client.receives(`<failure xmlns='${NS_SASL}'><aborted/></failure>`);
    expect(conditionOf(await signIn(client))).toBe('success');
  });

  test('a stanza before signing in ends the stream (6.3.1)', async () => {
    await using scene = await openHouse();
    const client = await opened(scene);
    client.sends(`<message to='juliet@localhost'><body>Hi</body></message>`);
    await client.receivesEnd('not-authorized');
  });
});

describe.skipIf(target !== undefined)('an account that is switched off', () => {
  test('is told so only to who knows its password', async () => {
    await using scene = await openHouse();
    await scene.accounts.disable('juliet');
    const client = await opened(scene);
    expect(conditionOf(await signIn(client, { password: 'Paris' }))).toBe('not-authorized');
    expect(conditionOf(await signIn(client))).toBe('account-disabled');
    await scene.accounts.enable('juliet');
    expect(conditionOf(await signIn(client))).toBe('success');
  });
});

describe.skipIf(target !== undefined)('an authorization identity (6.3.8)', () => {
  test.each([
    ['one’s own', 'juliet@localhost', 'success'],
    ['one’s own in another spelling', 'Juliet@LOCALHOST', 'success'],
    ['somebody else’s', 'romeo@localhost', 'invalid-authzid'],
    ['of another domain', 'juliet@example.org', 'invalid-authzid'],
    ['a full JID', 'juliet@localhost/balcony', 'invalid-authzid'],
    ['no JID', '@', 'invalid-authzid'],
  ])('that is %s: %s gives %s', async (_what, authzid, outcome) => {
    await using scene = await openHouse({ 'sasl.plain': true });
    expect(conditionOf(await signIn(await opened(scene), { gs2Header: `n,a=${authzid},` }))).toBe(outcome);
    const client = await opened(scene);
    client.sends(auth('PLAIN', `${authzid}\0juliet\0${PASSWORD}`));
    expect(conditionOf(await client.next())).toBe(outcome);
    if (outcome === 'success') await restarts(client);
  });
});

describe.skipIf(target !== undefined)('PLAIN, where the host wants it', () => {
  test('signs in', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opened(scene);
    client.sends(auth('PLAIN', `\0juliet\0${PASSWORD}`));
    await client.receives(`<success xmlns='${NS_SASL}'/>`);
    await restarts(client);
    await client.binds('balcony');
  });

  test('without an initial response asks for it', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opened(scene);
    client.sends(auth('PLAIN'));
    await client.receives(`<challenge xmlns='${NS_SASL}'/>`);
    client.sends(response(`\0juliet\0${PASSWORD}`));
    await client.receives(`<success xmlns='${NS_SASL}'/>`);
    await restarts(client);
  });

  test.each([
    ['a wrong password', 'not-authorized', '\0juliet\0Paris'],
    ['a name that does not exist', 'not-authorized', `\0nobody\0${PASSWORD}`],
    ['a name that no account can have', 'not-authorized', `\0ju liet\0${PASSWORD}`],
    ['no password', 'malformed-request', '\0juliet\0'],
    ['no name', 'malformed-request', `\0\0${PASSWORD}`],
    ['a part too few', 'malformed-request', `juliet\0${PASSWORD}`],
    ['a part too many', 'malformed-request', `\0juliet\0${PASSWORD}\0`],
  ])('with %s: %s', async (_what, condition, message) => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opened(scene);
    client.sends(auth('PLAIN', message));
    expect(conditionOf(await client.next())).toBe(condition);
  });
});
