/**
 * Tigase's Encrypted Push Notifications: what a device may show without connecting, readable to nobody on the way. The
 * app server and the services of Apple and Google see that there is something, and no more.
 */
import { createCipheriv } from 'node:crypto';
import { type Element, el } from '../../xml/element.ts';
import { NS_ENCRYPT } from './namespaces.ts';
import type { Occasion } from './occasion.ts';
import type { Encryption } from './registration.ts';

/** 96 bits, as AES-GCM is made for. */
export const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Instead of a text that only the device itself can decrypt. */
const ENCRYPTED_TEXT = 'Encrypted message';

export interface PayloadOptions {
  readonly encryption: Encryption;
  readonly occasion: Occasion;
  readonly unread: number;
  /** Must never be the same twice. */
  readonly iv: Buffer;
}

/** `<encrypted/>` for the notification (section 4.4). */
export function encryptedPayload({ encryption, occasion, unread, iv }: PayloadOptions): Element {
  const text = fittingPayload(occasion, unread, Math.floor((encryption.maxSize * 3) / 4) - TAG_BYTES);
  const cipher = createCipheriv('aes-128-gcm', encryption.key, iv);
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return el(
    'encrypted',
    NS_ENCRYPT,
    { type: occasion.kind === 'call' ? 'voip' : undefined, iv: iv.toString('base64') },
    encrypted.toString('base64'),
  );
}

/** The payload in at most `maxBytes`: the end of the text is given up first, then all of it. */
function fittingPayload(occasion: Occasion, unread: number, maxBytes: number): string {
  const message = occasion.isEncrypted ? ENCRYPTED_TEXT : occasion.body;
  const whole = payload(occasion, unread, message);
  if (message === undefined || Buffer.byteLength(whole) <= maxBytes) return whole;
  const characters = [...message];
  let [fits, tooMany] = [0, characters.length];
  while (tooMany - fits > 1) {
    const half = (fits + tooMany) >> 1;
    const size = Buffer.byteLength(payload(occasion, unread, characters.slice(0, half).join('')));
    if (size <= maxBytes) fits = half;
    else tooMany = half;
  }
  return payload(occasion, unread, fits === 0 ? undefined : characters.slice(0, fits).join(''));
}

function payload({ kind, from, call }: Occasion, unread: number, message: string | undefined): string {
  return JSON.stringify({
    unread,
    // Whoever takes the call needs the device that made it.
    sender: kind === 'call' ? from.full : from.bare,
    type: { call: 'call', chat: 'chat', room: 'groupchat', subscription: 'subscribe' }[kind],
    nickname: kind === 'room' && from.resource !== '' ? from.resource : undefined,
    sid: call?.id,
    media: call?.media,
    message,
  });
}
