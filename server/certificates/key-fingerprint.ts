/** The fingerprint of a public key, which outlives the renewal of its certificates. */
import { createHash, type X509Certificate } from 'node:crypto';

/** SHA-256 of the SubjectPublicKeyInfo, as lower-case hexadecimal digits. */
export function sha256OfPublicKey({ publicKey }: X509Certificate): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
