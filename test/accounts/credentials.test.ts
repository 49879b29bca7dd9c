import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  checkPassword,
  createCredentials,
  decoyCredential,
  deriveCredential,
  preparePassword,
  SCRAM_MECHANISMS,
} from '../../server/accounts/credentials.ts';

/** Exchanges of user "user" with password "pencil" as they were published. */
const EXCHANGES = [
  {
    source: 'RFC 5802 section 5',
    mechanism: 'SCRAM-SHA-1',
    hash: 'sha1',
    clientNonce: 'fyko+d2lbbFgONRv9qkxdawL',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j',
    salt: 'QSXCR+Q6sek8bf92',
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    verifier: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    source: 'RFC 7677 section 3',
    mechanism: 'SCRAM-SHA-256',
    hash: 'sha256',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    nonce: 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    verifier: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    source: 'the exchange with SHA-512 that implementations share',
    mechanism: 'SCRAM-SHA-512',
    hash: 'sha512',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    nonce: 'rOprNGfwEbeRWgbNEkqO02431b08-2f89-4bad-a4e6-80c0564ec865',
    salt: 'Yin2FuHTt/M0kJWb0t9OI32n2VmOGi3m+JfjOvuDF88=',
    proof: 'Hc5yec3NmCD7t+kFRw4/3yD6/F3SQHc7AVYschRja+Bc3sbdjlA0eH1OjJc0DD4ghn1tnXN5/Wr6qm9xmaHt4A==',
    verifier: 'BQuhnKHqYDwQWS5jAw4sZed+C9KFUALsbrq81bB0mh+bcUUbbMPNNmBIupnS2AmyyDnG5CTBQtkjJ9kyY4kzmw==',
  },
] as const;

test.each(EXCHANGES)('the keys fit $source', async ({ mechanism, hash, clientNonce, nonce, salt, proof, verifier }) => {
  const iterations = 4096;
  const keys = await deriveCredential('pencil', mechanism, { salt: Buffer.from(salt, 'base64'), iterations });
  const messages = `n=user,r=${clientNonce},r=${nonce},s=${salt},i=${iterations},c=biws,r=${nonce}`;
  const clientSignature = createHmac(hash, keys.storedKey).update(messages).digest();
  const clientKey = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (clientSignature[at] ?? 0));
  expect(createHash(hash).update(clientKey).digest()).toEqual(keys.storedKey);
  expect(createHmac(hash, keys.serverKey).update(messages).digest('base64')).toBe(verifier);
});

describe('credentials', () => {
  const fast = { iterations: 2, randomBytes };

  test('are made for every mechanism, each with a salt of its own', async () => {
    const credentials = await createCredentials('pencil', fast);
    const salts = SCRAM_MECHANISMS.map((mechanism) => Buffer.from(credentials[mechanism].salt).toString('hex'));
    expect(new Set(salts).size).toBe(3);
    expect(SCRAM_MECHANISMS.map((mechanism) => credentials[mechanism].salt.length)).toEqual([16, 16, 16]);
    expect(SCRAM_MECHANISMS.map((mechanism) => credentials[mechanism].storedKey.length)).toEqual([20, 32, 64]);
    expect(JSON.stringify(credentials)).not.toContain('pencil');
  });

  test.each(SCRAM_MECHANISMS)('of %s accept the password and nothing else', async (mechanism) => {
    const { [mechanism]: credential } = await createCredentials('pencil', fast);
    expect(await checkPassword(credential, 'pencil')).toBe(true);
    expect(await checkPassword(credential, 'Pencil')).toBe(false);
    expect(await checkPassword(credential, '')).toBe(false);
    expect(await checkPassword(credential, 'pen\u0007cil')).toBe(false);
  });

  test('accept every spelling that SASLprep makes the same', async () => {
    const { 'SCRAM-SHA-256': credential } = await createCredentials('I\u00adX \u2168', fast);
    expect(await checkPassword(credential, 'IX\u00a0IX')).toBe(true);
  });

  test('are not made of a prohibited password', async () => {
    await expect(createCredentials('pen\u0007cil', fast)).rejects.toThrow(RangeError);
  });
});

describe('SASLprep (RFC 4013 section 3)', () => {
  test.each([
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    ['\u0007', undefined],
    ['\u0627\u0031', undefined],
    ['', undefined],
    ['\u00ad', undefined],
  ])('prepares %j as %j', (text, prepared) => {
    expect(preparePassword(text, 'store')).toBe(prepared);
    expect(preparePassword(text, 'compare')).toBe(prepared);
  });

  test('lets unassigned code points pass only where nothing is stored', () => {
    expect(preparePassword('\u0221', 'store')).toBeUndefined();
    expect(preparePassword('\u0221', 'compare')).toBe('\u0221');
  });

  test('refuses what is over 1024 long', () => {
    expect(preparePassword('x'.repeat(1024), 'store')).toHaveLength(1024);
    expect(preparePassword('x'.repeat(1025), 'store')).toBeUndefined();
  });
});

describe('a decoy', () => {
  const options = { secret: Buffer.alloc(32, 7), iterations: 2 };

  test('is the same each time, and different for each name, mechanism and installation', () => {
    const decoy = decoyCredential('nobody', 'SCRAM-SHA-256', options);
    const others = [
      decoyCredential('somebody', 'SCRAM-SHA-256', options),
      decoyCredential('nobody', 'SCRAM-SHA-512', options),
      decoyCredential('nobody', 'SCRAM-SHA-256', { ...options, secret: Buffer.alloc(32, 8) }),
    ];
    expect(decoyCredential('nobody', 'SCRAM-SHA-256', options)).toEqual(decoy);
    for (const other of others) {
      expect(other.salt).not.toEqual(decoy.salt);
      expect(other.storedKey).not.toEqual(decoy.storedKey);
    }
  });

  test.each(SCRAM_MECHANISMS)('of %s looks like a real one and accepts nothing', async (mechanism) => {
    const real = (await createCredentials('pencil', { iterations: 2, randomBytes }))[mechanism];
    const decoy = decoyCredential('nobody', mechanism, options);
    expect([decoy.mechanism, decoy.iterations]).toEqual([real.mechanism, real.iterations]);
    expect(decoy.salt.length).toBe(real.salt.length);
    expect(decoy.storedKey.length).toBe(real.storedKey.length);
    expect(decoy.serverKey.length).toBe(real.serverKey.length);
    expect(await checkPassword(decoy, 'pencil')).toBe(false);
  });
});
