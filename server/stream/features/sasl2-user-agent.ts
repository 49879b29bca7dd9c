/** `<user-agent/>` of XEP-0388 section 2.3: which installation of which client this is. */
import type { Element } from '../../xml/element.ts';
import type { UserAgent } from '../sasl/exchange.ts';

/** The shape of a UUID; other ids could be guessed and are taken for none. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** In characters; a name that a person can read in a list. */
const MAX_NAME_LENGTH = 200;

export function readUserAgent(authenticate: Element): UserAgent | undefined {
  const element = authenticate.child('user-agent');
  if (element === undefined) return undefined;
  const id = element.attr('id')?.trim() ?? '';
  return {
    id: UUID.test(id) ? id.toLowerCase() : undefined,
    software: readName(element, 'software'),
    device: readName(element, 'device'),
  };
}

function readName(element: Element, name: string): string | undefined {
  const text = element.childText(name)?.trim().slice(0, MAX_NAME_LENGTH).toWellFormed();
  return text === '' ? undefined : text;
}
