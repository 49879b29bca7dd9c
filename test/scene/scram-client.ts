/** SCRAM, the client's side (RFC 5802), for scenes. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export type ScramHash = 'sha1' | 'sha256' | 'sha512';

export interface ScramClient {
  /** The first message. */
  readonly first: string;
  /** The answer to the server's first message. */
  final(serverFirst: string): string;
  /** Whether the server's last message proves that it knows the password's keys. */
  isServerProven(serverFinal: string): boolean;
}

export function createScramClient(options: {
  readonly hash: ScramHash;
  readonly username: string;
  readonly password: string;
  readonly nonce: string;
  /** As in `n,,` or `p=tls-exporter,,`. */
  readonly gs2Header?: string;
  readonly bindingData?: Uint8Array;
}): ScramClient {
  const { hash, gs2Header = 'n,,' } = options;
  const bare = `n=${options.username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${options.nonce}`;
  let expected = '';
  return {
    first: gs2Header + bare,
    final(serverFirst) {
      const part = (name: string) => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(serverFirst)?.[1] ?? '';
      const hmac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest();
      const length = createHash(hash).digest().length;
      const salted = pbkdf2Sync(options.password, Buffer.from(part('s'), 'base64'), Number(part('i')), length, hash);
      const clientKey = hmac(salted, 'Client Key');
      const storedKey = createHash(hash).update(clientKey).digest();
      const binding = Buffer.concat([Buffer.from(gs2Header), options.bindingData ?? new Uint8Array()]).toString(
        'base64',
      );
      const withoutProof = `c=${binding},r=${part('r')}`;
      const authMessage = `${bare},${serverFirst},${withoutProof}`;
      const signature = hmac(storedKey, authMessage);
      const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0));
      expected = `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`;
      return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
    },
    isServerProven: (serverFinal) => serverFinal === expected,
  };
}
