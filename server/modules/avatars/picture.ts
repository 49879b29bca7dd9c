/** A picture as the two ways of keeping one write it: in a vCard (XEP-0153) and in two nodes of PEP (XEP-0084). */
import { createHash } from 'node:crypto';
import { type Element, el } from '../../xml/element.ts';
import { type ImageKind, sniffImage } from './image.ts';

export const NS_DATA = 'urn:xmpp:avatar:data';
export const NS_METADATA = 'urn:xmpp:avatar:metadata';
const NS_VCARD = 'vcard-temp';

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export interface Picture {
  readonly bytes: Buffer;
  /** SHA-1 in lower-case hexadecimal digits. */
  readonly hash: string;
  /** Undefined when it is none that clients can show. */
  readonly kind: ImageKind | undefined;
}

/** Undefined when the text is not base64, which white space may break anywhere. */
export function readPicture(base64: string): Picture | undefined {
  const text = base64.replace(/\s+/g, '');
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return { bytes, hash: createHash('sha1').update(bytes).digest('hex'), kind: sniffImage(bytes) };
}

/** The picture in a vCard; undefined when there is none, or only the address of one. */
export function photoOf(card: Element | undefined): Picture | undefined {
  for (const photo of card?.elements ?? []) {
    const base64 = photo.is('PHOTO', NS_VCARD) ? photo.childText('BINVAL') : undefined;
    const picture = base64 === undefined ? undefined : readPicture(base64);
    if (picture !== undefined) return picture;
  }
  return undefined;
}

/** The card with that picture in place of the one that it has, or without any. */
export function withPhoto(card: Element | undefined, picture: Picture | undefined): Element {
  const former = card ?? el('vCard', NS_VCARD);
  const photo =
    picture &&
    el(
      'PHOTO',
      NS_VCARD,
      undefined,
      el('TYPE', NS_VCARD, undefined, picture.kind?.type),
      el('BINVAL', NS_VCARD, undefined, picture.bytes.toString('base64')),
    );
  const others = former.without((child) => child.is('PHOTO', NS_VCARD));
  return photo === undefined ? others : others.plus(photo);
}

/** The payload for the data node (XEP-0084 section 4.1). */
export function dataElement({ bytes }: Picture): Element {
  return el('data', NS_DATA, undefined, bytes.toString('base64'));
}

/** The payload for the metadata node (section 4.2); without a picture it says that there is none any more. */
export function metadataElement(picture: Picture | undefined): Element {
  if (picture === undefined) return el('metadata', NS_METADATA);
  const { bytes, hash, kind } = picture;
  const info = el('info', NS_METADATA, {
    bytes: String(bytes.length),
    id: hash,
    type: kind?.type,
    width: kind?.size?.width.toString(),
    height: kind?.size?.height.toString(),
  });
  return el('metadata', NS_METADATA, undefined, info);
}

/** Ids of the items that metadata point to, those of PNG first: every client can show them (section 4.2.1). */
export function dataIdsOf(metadata: Element | undefined): readonly string[] {
  const infos = (metadata?.elements ?? []).filter(
    (info) => info.is('info', NS_METADATA) && info.attr('url') === undefined,
  );
  const [png, others] = [true, false].map((isPng) =>
    infos.filter((info) => (info.attr('type') === 'image/png') === isPng).map((info) => info.attr('id') ?? ''),
  ) as [string[], string[]];
  return [...png, ...others].filter((id) => id !== '');
}
