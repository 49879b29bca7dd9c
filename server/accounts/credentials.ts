/**
 * SCRAM credentials (RFC 5802, RFC 7677): what is stored in place of a password.
 *
 * A stolen database yields neither passwords nor the means to sign in; it yields something to guess against, which the
 * iteration count makes slow.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { saslprep } from '@mongodb-js/saslprep';

/** Without `-PLUS`: channel binding uses the same keys. */
export type ScramMechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

interface Hash {
  readonly name: string;
  readonly bytes: number;
}

const HASHES: Readonly<Record<ScramMechanism, Hash>> = {
  'SCRAM-SHA-1': { name: 'sha1', bytes: 20 },
  'SCRAM-SHA-256': { name: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { name: 'sha512', bytes: 64 },
};

/** Whoever gets a password has credentials for all of them: a mechanism once offered must stay. */
export const SCRAM_MECHANISMS: readonly ScramMechanism[] = ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
/** RFC 5802 leaves it open; 128 bits cannot be computed in advance. */
export const SALT_BYTES = 16;
/** The only bound on what preparation and hashing may be made to chew on. */
const MAX_PASSWORD_LENGTH = 1024;

const deriveKey = promisify(pbkdf2);

/** The keys for one mechanism (RFC 5802 section 3). */
export interface StoredCredential {
  readonly mechanism: ScramMechanism;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** The keys for every mechanism. */
export type Credentials = Readonly<Record<ScramMechanism, StoredCredential>>;

/**
 * SASLprep (RFC 4013). A password to be stored may hold no unassigned code points; one that is only compared may
 * (RFC 3454 section 7). Undefined when there is a prohibited character, nothing is left, or it is over 1024 long.
 */
export function preparePassword(password: string, purpose: 'store' | 'compare'): string | undefined {
  if (password.length > MAX_PASSWORD_LENGTH) return undefined;
  try {
    const prepared = saslprep(password, { allowUnassigned: purpose === 'compare' });
    return prepared === '' ? undefined : prepared;
  } catch {
    // Prohibited, unassigned, wrongly mixed directions, or nothing but characters that are mapped to nothing.
    return undefined;
  }
}

/** Derives the keys for one mechanism on the thread pool. `password` is prepared already; iterations are at least 1. */
export async function deriveCredential(
  password: string,
  mechanism: ScramMechanism,
  { salt, iterations }: { salt: Uint8Array; iterations: number },
): Promise<StoredCredential> {
  const { name, bytes } = HASHES[mechanism];
  return credentialOf(await deriveKey(password, salt, iterations, bytes, name), mechanism, { salt, iterations });
}

/** The keys that follow from RFC 5802's SaltedPassword. */
export function credentialOf(
  saltedPassword: Uint8Array,
  mechanism: ScramMechanism,
  { salt, iterations }: { salt: Uint8Array; iterations: number },
): StoredCredential {
  const { name } = HASHES[mechanism];
  const clientKey = createHmac(name, saltedPassword).update('Client Key').digest();
  const serverKey = createHmac(name, saltedPassword).update('Server Key').digest();
  return { mechanism, salt, iterations, storedKey: createHash(name).update(clientKey).digest(), serverKey };
}

/** Of SaltedPassword and both keys. */
export function keyBytes(mechanism: ScramMechanism): number {
  return HASHES[mechanism].bytes;
}

/** New credentials with a salt of their own per mechanism. Rejects with a RangeError when SASLprep refuses the password. */
export async function createCredentials(
  password: string,
  { iterations, randomBytes }: { iterations: number; randomBytes: (size: number) => Uint8Array },
): Promise<Credentials> {
  const prepared = preparePassword(password, 'store');
  if (prepared === undefined) throw new RangeError('The password holds characters that SASLprep prohibits.');
  const derive = (mechanism: ScramMechanism) =>
    deriveCredential(prepared, mechanism, { salt: randomBytes(SALT_BYTES), iterations });
  const [sha1, sha256, sha512] = await Promise.all([
    derive('SCRAM-SHA-1'),
    derive('SCRAM-SHA-256'),
    derive('SCRAM-SHA-512'),
  ]);
  return { 'SCRAM-SHA-1': sha1, 'SCRAM-SHA-256': sha256, 'SCRAM-SHA-512': sha512 };
}

/**
 * Whether `password` is the one that `credential` was made from; for PLAIN. Takes as long for a decoy.
 * SECURITY: the comparison is constant in time; a password that does not prepare is refused at once, whoever it is for.
 */
export async function checkPassword(credential: StoredCredential, password: string): Promise<boolean> {
  const prepared = preparePassword(password, 'compare');
  if (prepared === undefined) return false;
  const derived = await deriveCredential(prepared, credential.mechanism, credential);
  return timingSafeEqual(derived.storedKey, credential.storedKey);
}

/**
 * Credentials for somebody who does not exist, so that a challenge does not tell who does: the same salt every time,
 * shaped like a real one, and keys that no proof matches, since nobody knows what would hash to them.
 * `secret` is the installation's: whoever knew it could tell decoys. `localpart` may be any text.
 */
export function decoyCredential(
  localpart: string,
  mechanism: ScramMechanism,
  { secret, iterations }: { secret: Uint8Array; iterations: number },
): StoredCredential {
  const { bytes } = HASHES[mechanism];
  const make = (part: string, size: number) =>
    createHmac('sha512', secret).update(`${part}\0${mechanism}\0${localpart}`).digest().subarray(0, size);
  return {
    mechanism,
    salt: make('salt', SALT_BYTES),
    iterations,
    storedKey: make('stored key', bytes),
    serverKey: make('server key', bytes),
  };
}
