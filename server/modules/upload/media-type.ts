/** Which uploaded files a browser may show by itself, and which it may only save. */

const UNKNOWN = 'application/octet-stream';
/** RFC 6838 section 4.2. */
const NAME = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
/**
 * SECURITY: of these none can hold a script. SVG, HTML, XML and PDF can, and whatever is not known to be harmless is
 * saved rather than shown.
 */
const SHOWN: ReadonlySet<string> = new Set([
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/opus',
  'audio/wav',
  'audio/webm',
  'audio/x-wav',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/jpeg',
  'image/jxl',
  'image/png',
  'image/webp',
  'text/plain',
  'video/mp4',
  'video/mpeg',
  'video/ogg',
  'video/quicktime',
  'video/webm',
  'video/x-matroska',
]);

/** The type without parameters, lower case; that of any bytes when there is none or it is not well-formed. */
export function readMediaType(text: string | undefined): string {
  const essence = text?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return NAME.test(essence) ? essence : UNKNOWN;
}

export function isShown(mediaType: string): boolean {
  return SHOWN.has(mediaType);
}

/** The header `content-type` of a download. Text says its encoding, so that no browser guesses another one. */
export function contentType(mediaType: string): string {
  if (mediaType === 'text/plain') return 'text/plain; charset=utf-8';
  // A type that is only saved need not be told: some programs act on it all the same.
  return isShown(mediaType) ? mediaType : UNKNOWN;
}

/** RFC 6266: whether to show or to save, and under which name. */
export function contentDisposition(mediaType: string, name: string): string {
  const kind = isShown(mediaType) ? 'inline' : 'attachment';
  return `${kind}; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
