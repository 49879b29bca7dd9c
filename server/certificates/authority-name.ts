/** The name of an authority, as devices show it. */
import { X509Certificate } from 'node:crypto';

export function authorityName(pem: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? 'Snug';
}
