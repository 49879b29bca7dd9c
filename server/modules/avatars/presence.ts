/** The hash of the picture in presence (XEP-0153 section 4.1), as XEP-0398 section 4 has the server put it there. */
import { type Element, el } from '../../xml/element.ts';

const NS_UPDATE = 'vcard-temp:x:update';

/** The hash; `''` where there was a picture once, so that others must hear that it is gone; undefined where never was one. */
export type AdvertisedHash = string | undefined;

/** The presence with the hash; undefined when it may go as it is. */
export function advertise(presence: Element, hash: AdvertisedHash): Element | undefined {
  const update = presence.child('x', NS_UPDATE);
  if (update === undefined) return hash === undefined ? undefined : presence.plus(updateElement(hash));
  const said = advertisedBy(presence);
  // A client may say that this resource shows none; but a hash that is not the one of the picture helps nobody.
  if (said !== undefined && (said === '' || said === hash)) return undefined;
  return withoutHash(presence).plus(updateElement(hash ?? ''));
}

export function withoutHash(presence: Element): Element {
  return presence.without((child) => child.is('x', NS_UPDATE));
}

/** What a presence says: a hash, `''` for no picture, undefined for nothing at all. */
export function advertisedBy(presence: Element): AdvertisedHash {
  return presence.child('x', NS_UPDATE)?.childText('photo')?.toLowerCase();
}

function updateElement(hash: string): Element {
  return el('x', NS_UPDATE, undefined, el('photo', NS_UPDATE, undefined, hash));
}
