/** SCRAM, the server's side, against the vectors of RFC 5802 section 5 and RFC 7677 section 3. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Authenticator, SaslStep, ScramKeys, ScramMechanism } from '../../../server/stream/sasl/mechanism.ts';
import { createScram } from '../../../server/stream/sasl/scram.ts';
import type { TlsState } from '../../../server/stream/transport.ts';

const HASHES = { 'SCRAM-SHA-1': 'sha1', 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const;
const BINDING_DATA = Buffer.from('only the two ends know');

/** RFC 5802 section 3. */
function keysOf(password: string, salt: string, mechanism: ScramMechanism): ScramKeys {
  const hash = HASHES[mechanism];
  const length = createHash(hash).digest().length;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), 4096, length, hash);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  return {
    salt: Buffer.from(salt, 'base64'),
    iterations: 4096,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: createHmac(hash, salted).update('Server Key').digest(),
  };
}

function authenticatorOf(keys: ScramKeys): Authenticator {
  return {
    scramKeys: () => keys,
    hasScramKeys: () => true,
    checkPassword: () => Promise.resolve(false),
    refusal: () => undefined,
    delayMs: () => 0,
    failed: () => undefined,
    succeeded: () => undefined,
  };
}

interface Exchange {
  readonly mechanism?: ScramMechanism;
  readonly isPlus?: boolean;
  readonly canBind?: boolean;
  readonly nonce?: string;
  readonly salt?: string;
}

function exchange(options: Exchange = {}) {
  const { mechanism = 'SCRAM-SHA-1', isPlus = false, canBind = false, nonce = '3rfcNHYJY1ZVvWVs7j' } = options;
  const tls: TlsState = {
    version: 'TLSv1.3',
    cipher: 'any',
    channelBindingTypes: canBind ? ['tls-exporter'] : [],
    channelBinding: () => BINDING_DATA,
  };
  const scram = createScram({
    mechanism,
    isPlus,
    tls,
    authenticator: authenticatorOf(keysOf('pencil', options.salt ?? 'QSXCR+Q6sek8bf92', mechanism)),
    domain: 'localhost',
    newNonce: () => nonce,
  });
  return async (message: string): Promise<SaslStep> => await scram.next(Buffer.from(message));
}

const textOf = (step: SaslStep) =>
  'data' in step && step.data !== undefined ? Buffer.from(step.data).toString() : step.kind;

describe('the vectors', () => {
  test('of RFC 5802 section 5: SCRAM-SHA-1', async () => {
    const next = exchange();
    expect(textOf(await next('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL'))).toBe(
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    );
    const last = await next('c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=');
    expect(last).toMatchObject({ kind: 'success', localpart: 'user' });
    expect(textOf(last)).toBe('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=');
  });

  test('of RFC 7677 section 3: SCRAM-SHA-256', async () => {
    const next = exchange({
      mechanism: 'SCRAM-SHA-256',
      nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
      salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    });
    expect(textOf(await next('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'))).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    );
    const last = await next(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    expect(last).toMatchObject({ kind: 'success', localpart: 'user' });
    expect(textOf(last)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });
});

describe('the first message', () => {
  test('may be missing and is then asked for (RFC 4422 section 3)', async () => {
    const scram = createScram({
      mechanism: 'SCRAM-SHA-1',
      isPlus: false,
      tls: { version: '', cipher: '', channelBindingTypes: [], channelBinding: () => undefined },
      authenticator: authenticatorOf(keysOf('pencil', 'QSXCR+Q6sek8bf92', 'SCRAM-SHA-1')),
      domain: 'localhost',
      newNonce: () => 'a',
    });
    expect(await scram.next(undefined)).toEqual({ kind: 'challenge', data: new Uint8Array() });
    expect(textOf(await scram.next(Buffer.from('n,,n=user,r=b')))).toMatch(/^r=ba,/);
  });

  test.each([
    ['nothing', ''],
    ['no header', 'n=user,r=abc'],
    ['an unknown flag', 'x,,n=user,r=abc'],
    ['no name', 'n,,r=abc'],
    ['an empty name', 'n,,n=,r=abc'],
    ['no nonce', 'n,,n=user'],
    ['an empty nonce', 'n,,n=user,r='],
    ['a nonce with a space', 'n,,n=user,r=a b'],
    ['an escape that does not exist (5.1)', 'n,,n=us=2der,r=abc'],
    ['an authzid with such an escape', 'n,a=us=er,n=user,r=abc'],
    ['an extension that must be understood (5.1)', 'n,,m=ext,n=user,r=abc'],
    ['channel binding, although the mechanism has none', 'p=tls-exporter,,n=user,r=abc'],
  ])('with %s is malformed', async (_what, message) => {
    expect(await exchange()(message)).toMatchObject({ kind: 'failure', condition: 'malformed-request' });
  });

  test('may have extensions that need not be understood', async () => {
    expect((await exchange()('n,,n=user,r=abc,x=more')).kind).toBe('challenge');
  });

  test('with a name that cannot be an account’s is not authorized', async () => {
    expect(await exchange()('n,,n=us er,r=abc')).toMatchObject({ kind: 'failure', condition: 'not-authorized' });
  });

  test('says “y” where this server cannot bind (section 6)', async () => {
    expect((await exchange()('y,,n=user,r=abc')).kind).toBe('challenge');
  });

  test('may not say “y” where this server can: somebody took the offer away (section 6)', async () => {
    expect((await exchange({ canBind: true })('y,,n=user,r=abc')).kind).toBe('failure');
  });

  test('may bind by tls-unique, though that is not offered, because older clients know nothing else', async () => {
    expect((await exchange({ isPlus: true, canBind: true })('p=tls-unique,,n=user,r=abc')).kind).toBe('challenge');
  });

  test('must bind in the -PLUS form, with a type that is known', async () => {
    const plus = { isPlus: true, canBind: true };
    expect((await exchange(plus)('n,,n=user,r=abc')).kind).toBe('failure');
    expect((await exchange(plus)('p=tls-unheard-of,,n=user,r=abc')).kind).toBe('failure');
    expect((await exchange(plus)('p=tls-exporter,,n=user,r=abc')).kind).toBe('challenge');
  });
});

describe('the final message', () => {
  const FIRST = 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL';
  const NONCE = 'fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j';

  test.each([
    ['nothing', 'malformed-request', ''],
    ['no proof', 'malformed-request', `c=biws,r=${NONCE}`],
    ['another nonce', 'malformed-request', 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts='],
    ['another header than before', 'not-authorized', `c=eSws,r=${NONCE},p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`],
    ['a wrong proof', 'not-authorized', `c=biws,r=${NONCE},p=V0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`],
    ['a proof that is too short', 'not-authorized', `c=biws,r=${NONCE},p=v0X8v3Bz2T0=`],
    ['a proof that is too long', 'not-authorized', `c=biws,r=${NONCE},p=v0X8v3Bz2T0CJGbJQyF0X+HI4TsAAAA=`],
    ['an extension that was not signed', 'not-authorized', `c=biws,r=${NONCE},x=1,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`],
  ])('with %s fails: %s', async (_what, condition, message) => {
    const next = exchange();
    await next(FIRST);
    expect(await next(message)).toMatchObject({ kind: 'failure', condition });
  });

  test('with a wrong proof names the account, so that the failure is counted', async () => {
    const next = exchange();
    await next(FIRST);
    expect(await next(`c=biws,r=${NONCE},p=V0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`)).toMatchObject({ localpart: 'user' });
  });
});
