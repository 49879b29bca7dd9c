/** What a client asks for with `<enable/>` (XEP-0357 section 5), read into what the server needs to know. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_FORM } from '../../stanza/form.ts';
import type { Element } from '../../xml/element.ts';
import { type Filters, readFilters } from './filters.ts';
import { NS_ENCRYPT, NS_PRIORITY, NS_PUBLISH_OPTIONS } from './namespaces.ts';

/** UTF-16 units: a list of some hundred muted rooms fits. */
const MAX_REQUEST_SIZE = 64 * 1024;
const KEY_BYTES = 16;
/** What the large push services take, less what the app server adds (4096 bytes at Apple's and Google's). */
const DEFAULT_MAX_PAYLOAD = 3_000;
const MIN_MAX_PAYLOAD = 256;

/** Encrypted Push Notifications, section 4.2. */
export interface Encryption {
  /** AES-128. */
  readonly key: Buffer;
  /** Of the encrypted payload in Base64, in bytes. */
  readonly maxSize: number;
}

export interface Registration {
  readonly account: string;
  readonly service: Jid;
  /** Empty when the client named none. */
  readonly node: string;
  /** Of the session that asked. */
  readonly resource: string;
  readonly renewedAtMs: number;
  readonly request: Element;
  /** The form that goes with every publication, unread. */
  readonly options: Element | undefined;
  readonly encryption: Encryption | undefined;
  readonly filters: Filters;
  readonly isPriorityWanted: boolean;
}

/** Who asked, and when. */
interface Asked {
  readonly account: string;
  readonly resource: string;
  readonly atMs: number;
}

export function readRegistration(request: Element, { account, resource, atMs }: Asked): Registration | StanzaError {
  const service = parseJid(request.attr('jid') ?? '');
  if (request.attr('jid') === undefined) return new StanzaError('bad-request', 'Name the push service in “jid”.');
  if (service === undefined) return new StanzaError('jid-malformed', 'The address of the push service is not a JID.');
  if (request.toXml().length > MAX_REQUEST_SIZE) {
    return new StanzaError('not-acceptable', 'This request is too long to be remembered.');
  }
  const encryption = readEncryption(request.child('encrypt', NS_ENCRYPT));
  if (encryption instanceof StanzaError) return encryption;
  return {
    account,
    service,
    node: request.attr('node') ?? '',
    resource,
    renewedAtMs: atMs,
    request,
    options: request.elements.find(isPublishOptions),
    encryption,
    filters: readFilters(request),
    isPriorityWanted: request.child('priority', NS_PRIORITY) !== undefined,
  };
}

function isPublishOptions(child: Element): boolean {
  if (!child.is('x', NS_FORM)) return false;
  const formType = child.elements.find((field) => field.attr('var') === 'FORM_TYPE');
  return formType?.childText('value') === NS_PUBLISH_OPTIONS;
}

function readEncryption(encrypt: Element | undefined): Encryption | StanzaError | undefined {
  if (encrypt === undefined) return undefined;
  if (encrypt.attr('alg') !== 'aes-128-gcm') {
    return new StanzaError('feature-not-implemented', 'Push notifications can be encrypted with aes-128-gcm only.');
  }
  const key = Buffer.from(encrypt.text().trim(), 'base64');
  if (key.length !== KEY_BYTES) return new StanzaError('bad-request', 'A key of AES-128 in Base64 has 16 bytes.');
  const maxSize = Number(encrypt.attr('max-size') ?? DEFAULT_MAX_PAYLOAD);
  if (!Number.isInteger(maxSize) || maxSize < MIN_MAX_PAYLOAD) {
    return new StanzaError('bad-request', `“max-size” is a number of bytes from ${MIN_MAX_PAYLOAD} on.`);
  }
  return { key, maxSize };
}
