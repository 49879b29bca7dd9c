/** XEP-0484: Fast Authentication Streamlining Tokens. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { authenticate, opensFor, signsIn } from '../scene/sasl2.ts';
import { openScene, passwordOf, type Scene, target } from '../scene/scene.ts';
import {
  getsToken,
  initiatorMessage,
  KIVAS_PHONE,
  NS_FAST,
  requestToken,
  type TokenAttempt,
  tokenIn,
  userAgent,
  usesToken,
} from '../scene/token-client.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_BIND2 = 'urn:xmpp:bind:0';
const DAY_MS = 24 * 60 * 60_000;
const OTHER_PHONE = '3b241101-e2bb-4255-8caf-4136c566a962';
const BIND = `<bind xmlns='${NS_BIND2}'/>`;

function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['juliet', 'romeo'], settings });
}

/** The condition of a failure; the name of anything else. */
function conditionOf(element: Element): string | undefined {
  return element.name === 'failure' ? element.elements.find(({ xmlns }) => xmlns === NS_SASL)?.name : element.name;
}

/** What comes of signing in with a token on a connection of its own. */
async function outcome(scene: Scene, attempt: TokenAttempt & { readonly name?: string }): Promise<string | undefined> {
  const client = await opensFor(scene, attempt.name ?? 'juliet');
  return conditionOf(await usesToken(client, attempt));
}

describe.skipIf(target !== undefined)('the offer (section 3.1)', () => {
  test('names the HT mechanisms that the connection can bind, and the one that binds to nothing', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const inline = client.features?.child('authentication', NS_SASL2)?.child('inline');
    expect(inline?.child('fast', NS_FAST)?.toXml()).toBe(
      `<fast xmlns='${NS_FAST}'><mechanism>HT-SHA-256-EXPR</mechanism><mechanism>HT-SHA-256-ENDP</mechanism>` +
        '<mechanism>HT-SHA-256-NONE</mechanism></fast>',
    );
  });

  test('does not put them into the list for everybody', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const offer = client.features?.child('authentication', NS_SASL2);
    const listed = offer?.elements.filter(({ name }) => name === 'mechanism').map((mechanism) => mechanism.text());
    expect(listed?.filter((name) => name.startsWith('HT-'))).toEqual([]);
    client.sends(
      `<auth xmlns='${NS_SASL}' mechanism='HT-SHA-256-NONE'>${btoa(initiatorMessage('juliet', 'x', ''))}</auth>`,
    );
    await client.receives(`<failure xmlns='${NS_SASL}'><invalid-mechanism/></failure>`);
  });
});

describe.skipIf(target !== undefined)('a token', () => {
  test.each(['HT-SHA-256-NONE', 'HT-SHA-256-ENDP', 'HT-SHA-256-EXPR'])(
    'for %s is given on request and gets its client in (sections 3.2 to 3.4)',
    async (mechanism) => {
      await using scene = await openHouse();
      const { token, expiresAtMs } = await getsToken(scene, 'juliet', { mechanism });
      expect(expiresAtMs).toBe(scene.clock.now() + 30 * DAY_MS);
      const client = await opensFor(scene, 'juliet');
      const success = await usesToken(client, { token, mechanism, inside: BIND });
      expect(success.childText('authorization-identifier')).toMatch(/^juliet@localhost\//);
      expect(success.child('token', NS_FAST)).toBeUndefined();
      await client.next();
      await client.receivesNothing();
    },
  );

  test('is not given without being asked for, nor for a mechanism that is not on offer', async () => {
    await using scene = await openHouse();
    for (const inside of ['', requestToken('HT-SHA-256-UNIQ'), requestToken('SCRAM-SHA-1')]) {
      const success = await signsIn(await opensFor(scene, 'juliet'), { inside: userAgent() + inside });
      expect(success.name).toBe('success');
      expect(success.child('token', NS_FAST)).toBeUndefined();
    }
  });

  test('is not given to a client that does not say which one it is (section 4.1)', async () => {
    await using scene = await openHouse();
    const success = await signsIn(await opensFor(scene, 'juliet'), { inside: requestToken() });
    expect(success.name).toBe('success');
    expect(success.child('token', NS_FAST)).toBeUndefined();
  });

  test('is not given to who does not get in', async () => {
    await using scene = await openHouse();
    const failure = await signsIn(await opensFor(scene, 'juliet'), {
      inside: userAgent() + requestToken(),
      password: 'Paris',
    });
    expect(failure.name).toBe('failure');
    expect(failure.child('token', NS_FAST)).toBeUndefined();
  });

  test('is good for its own mechanism only, also where another one binds less (section 3.4)', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet', { mechanism: 'HT-SHA-256-ENDP' });
    for (const mechanism of ['HT-SHA-256-NONE', 'HT-SHA-256-EXPR'])
      expect(await outcome(scene, { token, mechanism })).toBe('not-authorized');
    expect(await outcome(scene, { token, mechanism: 'HT-SHA-256-ENDP' })).toBe('success');
  });

  test('is good for its own client and account only', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    expect(await outcome(scene, { token, agent: userAgent(OTHER_PHONE) })).toBe('not-authorized');
    expect(await outcome(scene, { token, name: 'romeo' })).toBe('not-authorized');
    expect(await outcome(scene, { token: `${token}x` })).toBe('not-authorized');
    expect(await outcome(scene, { token })).toBe('success');
  });

  test('is not found out by asking for names that nobody has', async () => {
    await using scene = await openHouse();
    expect(await outcome(scene, { token: 'x', name: 'nobody' })).toBe('not-authorized');
    expect(await outcome(scene, { token: 'x' })).toBe('not-authorized');
  });

  test('is not proven by a hash of another length', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const proof = initiatorMessage('juliet', token, 'HT-SHA-256-NONE');
    for (const message of [proof.slice(0, -1), `${proof}x`]) {
      const client = await opensFor(scene, 'juliet');
      client.sends(authenticate('HT-SHA-256-NONE', message, `${userAgent()}<fast xmlns='${NS_FAST}'/>`));
      expect(conditionOf(await client.next())).toBe('not-authorized');
    }
  });

  test('is still good after a restart, also after one by force', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    await scene.restart();
    expect(await outcome(scene, { token })).toBe('success');
    await scene.crash();
    expect(await outcome(scene, { token })).toBe('success');
  });

  test('expires, and its client is told so and gets in with the password (section 4.2)', async () => {
    await using scene = await openHouse({ 'fast.lifetimeDays': 2 });
    const { token } = await getsToken(scene, 'juliet');
    scene.clock.advance(2 * DAY_MS);
    const client = await opensFor(scene, 'juliet');
    expect(conditionOf(await usesToken(client, { token }))).toBe('credentials-expired');
    expect((await signsIn(client)).name).toBe('success');
  });

  test('is forgotten some time after it has expired', async () => {
    await using scene = await openHouse({ 'fast.lifetimeDays': 2 });
    const { token } = await getsToken(scene, 'juliet');
    scene.clock.advance(10 * DAY_MS);
    expect(scene.database.reader.all('SELECT * FROM fast_token')).toEqual([]);
    expect(await outcome(scene, { token })).toBe('not-authorized');
  });

  test('cannot be read from the database, and neither can the id that it is made with', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet', { agent: userAgent(KIVAS_PHONE, '<device>Phone</device>') });
    const tables = scene.database.reader.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
    expect(tables.map(({ name }) => name)).toContain('fast_token');
    const rows = tables.flatMap(({ name }) =>
      scene.database.reader.all<Record<string, unknown>>(`SELECT * FROM "${name}"`),
    );
    const dump = rows
      .flatMap((row) => Object.values(row))
      .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') + value.toString('hex') : String(value)))
      .join('\n');
    const raw = Buffer.from(token, 'base64url');
    for (const secret of [token, raw.toString('latin1'), raw.toString('hex'), KIVAS_PHONE])
      expect(dump).not.toContain(secret);
  });
});

describe.skipIf(target !== undefined)('a request that is not as it should be is malformed', () => {
  test.each([
    ['no <fast/> (section 3.4)', userAgent()],
    ['no user agent', `<fast xmlns='${NS_FAST}'/>`],
    ['a user agent without an id (section 4.1)', `<user-agent/><fast xmlns='${NS_FAST}'/>`],
    ['a count that is no number', `${userAgent()}<fast xmlns='${NS_FAST}' count='many'/>`],
    ['a negative count', `${userAgent()}<fast xmlns='${NS_FAST}' count='-1'/>`],
    ['a count beyond xs:int', `${userAgent()}<fast xmlns='${NS_FAST}' count='2147483648'/>`],
  ])('%s', async (_what, inside) => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('HT-SHA-256-NONE', initiatorMessage('juliet', token, 'HT-SHA-256-NONE'), inside));
    expect(conditionOf(await client.next())).toBe('malformed-request');
  });

  test.each([
    ['no initial response: there is one round trip', undefined],
    ['no name', '\0hash'],
    ['no hash', 'juliet\0'],
    ['no NUL', 'juliet'],
    ['a name that is not UTF-8', '\xff\0hash'],
  ])('%s', async (_what, message) => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('HT-SHA-256-NONE', message, `${userAgent()}<fast xmlns='${NS_FAST}'/>`));
    expect(conditionOf(await client.next())).toBe('malformed-request');
  });
});

describe.skipIf(target !== undefined)('the count (section 3.4)', () => {
  test('must be higher each time, so that an attempt cannot be repeated', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    expect(await outcome(scene, { token, fast: "count='1'" })).toBe('success');
    expect(await outcome(scene, { token, fast: "count='1'" })).toBe('not-authorized');
    expect(await outcome(scene, { token, fast: "count='123'" })).toBe('success');
    expect(await outcome(scene, { token, fast: "count='122'" })).toBe('not-authorized');
    await scene.crash();
    expect(await outcome(scene, { token, fast: "count='123'" })).toBe('not-authorized');
    expect(await outcome(scene, { token, fast: "count='124'" })).toBe('success');
  });

  test('is used up by the first of two that come at once', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const both = await Promise.all([
      outcome(scene, { token, fast: "count='7'" }),
      outcome(scene, { token, fast: "count='7'" }),
    ]);
    expect(both.sort()).toEqual(['not-authorized', 'success']);
  });
});

describe.skipIf(target !== undefined)('rotation (section 3.5)', () => {
  test('brings a new token when the old one has been there for a while', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet', { mechanism: 'HT-SHA-256-ENDP' });
    scene.clock.advance(DAY_MS);
    const mechanism = 'HT-SHA-256-ENDP';
    const success = await usesToken(await opensFor(scene, 'juliet'), { token, mechanism });
    const next = tokenIn(success);
    expect(next.expiresAtMs).toBe(scene.clock.now() + 30 * DAY_MS);
    expect(next.token).not.toBe(token);
    expect(await outcome(scene, { token: next.token, mechanism })).toBe('success');
  });

  test('leaves the old token good until the new one is used, and not longer', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    scene.clock.advance(DAY_MS);
    const second = tokenIn(await usesToken(await opensFor(scene, 'juliet'), { token })).token;
    const third = tokenIn(await usesToken(await opensFor(scene, 'juliet'), { token })).token;
    expect(await outcome(scene, { token: second })).toBe('not-authorized'); // it was never used, and another one came
    expect(await outcome(scene, { token: third })).toBe('success');
    expect(await outcome(scene, { token })).toBe('not-authorized');
    expect(await outcome(scene, { token: third })).toBe('success');
  });

  test('never comes too late, however the settings are', async () => {
    await using scene = await openHouse({ 'fast.lifetimeDays': 2, 'fast.rotateAfterDays': 300 });
    const { token } = await getsToken(scene, 'juliet');
    scene.clock.advance(DAY_MS - 1);
    expect((await usesToken(await opensFor(scene, 'juliet'), { token })).child('token', NS_FAST)).toBeUndefined();
    scene.clock.advance(1);
    expect(tokenIn(await usesToken(await opensFor(scene, 'juliet'), { token })).token).not.toBe(token);
  });

  test('takes back what was issued before and would expire before the token that is used', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const get = scene.config.get.bind(scene.config);
    scene.config.get = (key) => (key === 'fast.lifetimeDays' ? 1 : get(key));
    const short = tokenIn(await usesToken(await opensFor(scene, 'juliet'), { token, inside: requestToken() })).token;
    expect(await outcome(scene, { token })).toBe('success');
    expect(await outcome(scene, { token: short })).toBe('not-authorized');
  });

  test('is not brought about by an attempt that came to nothing', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const romeo = await getsToken(scene, 'romeo');
    const client = await opensFor(scene, 'juliet');
    client.sends(
      authenticate(
        'HT-SHA-256-NONE',
        initiatorMessage('romeo', romeo.token, 'HT-SHA-256-NONE'),
        `${userAgent()}<fast xmlns='${NS_FAST}' invalidate='true'/>`,
      ),
    );
    expect(conditionOf(await client.next())).toBe('invalid-authzid');
    expect((await signsIn(client, { inside: userAgent() })).name).toBe('success');
    expect(await outcome(scene, { token })).toBe('success');
  });

  test('can be asked for, also with another mechanism', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const success = await usesToken(await opensFor(scene, 'juliet'), {
      token,
      inside: requestToken('HT-SHA-256-EXPR'),
    });
    expect(await outcome(scene, { token: tokenIn(success).token, mechanism: 'HT-SHA-256-EXPR' })).toBe('success');
  });
});

describe.skipIf(target !== undefined)('invalidation (section 3.6)', () => {
  test.each(['true', '1'])('by invalidate=%s ends the token with its last use, without a new one', async (value) => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    scene.clock.advance(2 * DAY_MS); // rotation would be due
    const client = await opensFor(scene, 'juliet');
    const success = await usesToken(client, { token, fast: `count='123' invalidate='${value}'`, inside: BIND });
    expect(success.name).toBe('success');
    expect(success.child('token', NS_FAST)).toBeUndefined();
    await client.next();
    await client.receivesNothing(); // it may go on with the session
    await scene.crash();
    expect(await outcome(scene, { token })).toBe('not-authorized');
  });

  test('also takes a newer token back that the client was given meanwhile', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    scene.clock.advance(DAY_MS);
    const next = tokenIn(await usesToken(await opensFor(scene, 'juliet'), { token })).token;
    expect(await outcome(scene, { token, fast: "invalidate='true'" })).toBe('success');
    expect(await outcome(scene, { token: next })).toBe('not-authorized');
  });

  test('brings a new one only if that is asked for', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const client = await opensFor(scene, 'juliet');
    const next = tokenIn(await usesToken(client, { token, fast: "invalidate='true'", inside: requestToken() })).token;
    expect(await outcome(scene, { token })).toBe('not-authorized');
    expect(await outcome(scene, { token: next })).toBe('success');
  });
});

describe.skipIf(target !== undefined)('all tokens of an account are void', () => {
  const NEW_PASSWORD = 'a rose by any other name';

  test('when somebody else sets its password, also while the server does not run', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    await scene.accounts.setPassword('juliet', NEW_PASSWORD);
    expect(await outcome(scene, { token })).toBe('not-authorized');
    const second = await getsToken(scene, 'juliet', { password: NEW_PASSWORD });
    await scene.database.writer.write([
      { sql: 'UPDATE account SET password_version = password_version + 1 WHERE localpart = ?', params: ['juliet'] },
    ]);
    expect(await outcome(scene, { token: second.token })).toBe('credentials-expired');
  });

  test('but those of the client in which its owner changes the password', async () => {
    await using scene = await openHouse();
    const phone = await getsToken(scene, 'juliet', { agent: userAgent(OTHER_PHONE) });
    const laptop = await getsToken(scene, 'juliet');
    await laptop.client.binds('laptop');
    const answer = await laptop.client.request(
      `<iq type='set' to='localhost'><query xmlns='jabber:iq:register'><username>juliet</username><password>${NEW_PASSWORD}</password></query></iq>`,
    );
    expect(answer.attr('type')).toBe('result');
    await laptop.client.receivesNothing();
    expect(await outcome(scene, { token: phone.token, agent: userAgent(OTHER_PHONE) })).toBe('not-authorized');
    expect(await outcome(scene, { token: laptop.token })).toBe('success');
    await scene.crash();
    expect(await outcome(scene, { token: laptop.token })).toBe('success');
  });

  test('also of that client, when they were void already', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    await scene.database.writer.write([
      { sql: 'UPDATE account SET password_version = password_version + 1 WHERE localpart = ?', params: ['juliet'] },
    ]);
    const client = await opensFor(scene, 'juliet');
    await signsIn(client, { inside: userAgent() + BIND });
    await client.next();
    const change = `<iq type='set' to='localhost'><query xmlns='jabber:iq:register'><username>juliet</username><password>${NEW_PASSWORD}</password></query></iq>`;
    expect((await client.request(change)).attr('type')).toBe('result');
    expect(await outcome(scene, { token })).toBe('not-authorized');
  });

  test('when it is switched off while the server does not run', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    await scene.stopServer();
    await scene.database.writer.write([
      { sql: "UPDATE account SET status = 'disabled' WHERE localpart = ?", params: ['juliet'] },
    ]);
    await scene.start();
    await scene.accounts.enable('juliet');
    expect(await outcome(scene, { token })).toBe('not-authorized');
  });

  test('when it is switched off, also after it is switched on again', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    await scene.accounts.disable('juliet');
    expect(await outcome(scene, { token })).toBe('not-authorized');
    await scene.accounts.enable('juliet');
    expect(await outcome(scene, { token })).toBe('not-authorized');
    expect((await signsIn(await opensFor(scene, 'juliet'))).name).toBe('success');
  });

  test('when it is removed, also for the next one of that name', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    await scene.accounts.remove('juliet');
    expect(await outcome(scene, { token })).toBe('not-authorized');
    await scene.accounts.create({ localpart: 'juliet', password: passwordOf('juliet'), role: 'member' });
    expect(await outcome(scene, { token })).toBe('not-authorized');
    expect(scene.database.reader.all('SELECT * FROM fast_token')).toEqual([]);
  });
});

describe.skipIf(target !== undefined)('limits', () => {
  test('a token that is taken back while the answer is held back lets nobody in', async () => {
    await using scene = await openHouse();
    const { token } = await getsToken(scene, 'juliet');
    const guesser = await opensFor(scene, 'juliet');
    for (let attempt = 0; attempt < 6; attempt++) await usesToken(guesser, { token: `guess ${attempt}` });
    const client = await opensFor(scene, 'juliet');
    const fast = `<fast xmlns='${NS_FAST}'/>`;
    client.sends(
      authenticate('HT-SHA-256-NONE', initiatorMessage('juliet', token, 'HT-SHA-256-NONE'), userAgent() + fast),
    );
    let answer: Element | undefined;
    void client.next().then((element) => {
      answer = element;
    });
    await opensFor(scene, 'romeo');
    expect(answer).toBeUndefined();
    await scene.accounts.disable('juliet');
    await scene.accounts.enable('juliet');
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return answer && conditionOf(answer);
      })
      .toBe('not-authorized');
  });

  test('a wrong token counts as a wrong password', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    for (let attempt = 0; attempt < 5; attempt++)
      expect(conditionOf(await usesToken(client, { token: `guess ${attempt}` }))).toBe('not-authorized');
    const held = usesToken(await opensFor(scene, 'juliet'), { token: 'guess 6' });
    let answer: Element | undefined;
    void held.then((element) => {
      answer = element;
    });
    await opensFor(scene, 'romeo');
    expect(answer).toBeUndefined();
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return answer && conditionOf(answer);
      })
      .toBe('not-authorized');
  });

  test('the client that was longest without a new token loses its own when there are too many', async () => {
    await using scene = await openHouse({ 'fast.maxClients': 2 });
    const agents = [1, 2, 3].map((digit) => userAgent(`3b241101-e2bb-4255-8caf-4136c566a96${digit}`));
    const tokens: string[] = [];
    for (const agent of agents) {
      tokens.push((await getsToken(scene, 'juliet', { agent })).token);
      scene.clock.advance(1);
    }
    const outcomes: (string | undefined)[] = [];
    for (const [index, agent] of agents.entries())
      outcomes.push(await outcome(scene, { token: tokens[index] ?? '', agent }));
    expect(outcomes).toEqual(['not-authorized', 'success', 'success']);
  });
});
