/** Requests for a place to upload to (XEP-0363 sections 4 and 5). */
import type { Host } from '../../modulehost/module.ts';
import type { Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { isFileName } from './file-name.ts';
import type { Files } from './files.ts';
import { readMediaType } from './media-type.ts';
import type { UPLOAD_SETTINGS } from './settings.ts';
import type { Purpose, UploadedFile } from './uploaded-file.ts';

export const NS_UPLOAD = 'urn:xmpp:http:upload:0';
export const NS_PURPOSE = 'urn:xmpp:http:upload:purpose:0';
export const PURPOSES: readonly Purpose[] = ['message', 'profile', 'ephemeral', 'permanent'];
/** Section 6: how long the address is good for an upload that has not begun. Longer than recommended, for bad Wi-Fi. */
export const SLOT_MS = 600_000;
/** SECURITY: 192 bits, since who knows the address has the file. */
const ID_BYTES = 24;
/** Digits of the largest size that can be counted exactly. */
const SIZE = /^[1-9]\d{0,14}$/;

interface Wanted {
  readonly name: string;
  readonly size: number;
  readonly mediaType: string;
  readonly purpose: Purpose;
  readonly expiresAtMs: number | undefined;
}

export class Slots {
  readonly #host: Host<typeof UPLOAD_SETTINGS>;
  readonly #files: Files;
  readonly #freeBytes: () => number;

  /** `freeBytes` tells how much the disk has left. */
  constructor(host: Host<typeof UPLOAD_SETTINGS>, files: Files, freeBytes: () => number) {
    this.#host = host;
    this.#files = files;
    this.#freeBytes = freeBytes;
  }

  /** Answers `<request/>`; the slot is promised once it is on disk. */
  async request({ iq, payload }: Request): Promise<Element | StanzaError> {
    const { accounts, clock, domain, randomId, web } = this.#host;
    const { origin } = web;
    const account = iq.from.local;
    if (iq.from.domain !== domain || !accounts.has(account))
      return new StanzaError('forbidden', 'Only people who have an account here may share files.');
    if (origin === undefined) return new StanzaError('service-unavailable', 'Sharing files is switched off here.');
    const wanted = readRequest(payload);
    if (wanted instanceof StanzaError) return wanted;
    const refusal = this.#refusal(account, wanted);
    if (refusal !== undefined) return refusal;
    const file: UploadedFile = {
      ...wanted,
      id: randomId(ID_BYTES),
      account,
      requestedAtMs: clock.now(),
      uploadedAtMs: undefined,
    };
    await this.#files.announce(file);
    const url = `${origin}${pathOf(file)}`;
    return el('slot', NS_UPLOAD, undefined, el('put', NS_UPLOAD, { url }), el('get', NS_UPLOAD, { url }));
  }

  #refusal(account: string, { size, purpose }: Wanted): StanzaError | undefined {
    const { config } = this.#host;
    const most = purpose === 'profile' ? Math.min(config.maxProfileBytes, config.maxFileBytes) : config.maxFileBytes;
    if (size > most) return tooLarge(most);
    const { bytes, files } = this.#files.usageOf(account);
    if (bytes + size > config.maxBytesPerAccount)
      return full('The files that you have shared already take all the room that you have here.');
    if (files >= config.maxFilesPerAccount) return full('You have shared as many files as you may here.');
    const freeBytes = this.#freeBytes() - this.#files.awaitedBytes;
    if (this.#files.totalBytes + size > config.maxBytes || freeBytes - size < config.minFreeBytes)
      return full('There is no room left for further files.');
    return undefined;
  }
}

/** The part of its address that names the file; the same to upload to and to download from. */
export function pathOf({ id, name }: UploadedFile): string {
  return `/files/${id}/${encodeURIComponent(name)}`;
}

function readRequest(request: Element): Wanted | StanzaError {
  const size = request.attr('size') ?? '';
  if (!SIZE.test(size)) return new StanzaError('bad-request', 'The size of the file must be a positive number.');
  const name = request.attr('filename') ?? '';
  if (!isFileName(name)) return new StanzaError('bad-request', 'This is not a name that a file can have.');
  const purpose = PURPOSES.find((candidate) => request.child(candidate, NS_PURPOSE) !== undefined) ?? 'message';
  const expiry = request.child('ephemeral', NS_PURPOSE)?.attr('expire-before');
  const expiresAtMs = expiry === undefined ? undefined : Date.parse(expiry);
  if (purpose === 'ephemeral' && (expiresAtMs === undefined || Number.isNaN(expiresAtMs)))
    return new StanzaError('bad-request', 'An ephemeral file says until when it may be kept.');
  return {
    name,
    size: Number(size),
    mediaType: readMediaType(request.attr('content-type')),
    purpose,
    expiresAtMs: purpose === 'ephemeral' ? expiresAtMs : undefined,
  };
}

function tooLarge(most: number): StanzaError {
  const limit = el('max-file-size', NS_UPLOAD, undefined, String(most));
  return new StanzaError('not-acceptable', `A file may have at most ${most} bytes here.`, {
    application: el('file-too-large', NS_UPLOAD, undefined, limit),
  });
}

function full(text: string): StanzaError {
  return new StanzaError('resource-constraint', text);
}
