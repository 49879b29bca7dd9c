/** XEP-0386: Bind 2. A resource, and all that a client switches on in a new session, along with signing in. */
import { createHash } from 'node:crypto';
import { prepareResourcepart } from '../../jid/precis.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Stream } from '../stream.ts';
import type { InlineFeature } from './sasl2-inline.ts';

export const NS_BIND2 = 'urn:xmpp:bind:0';
/** Of the part that the server makes: 72 bits, so that two clients of an account never share it. */
const IDENTIFIER_BYTES = 9;
/** In characters: room for a name and a version. */
const MAX_TAG_LENGTH = 100;

export interface Bind2Request {
  /** The part of the resource that the client chose, prepared. */
  readonly tag: string | undefined;
  /** The part that stands for the client, the same each time it comes; undefined when it did not say who it is. */
  readonly identifier: string | undefined;
  /** `<bind/>`. */
  readonly element: Element;
}

export interface Bind2Options {
  /** For `<feature var=''/>`: what may be switched on with the resource. */
  readonly features: () => readonly string[];
  /** Binds, and gives the children for `<bound/>`; undefined when no resource can be had. */
  readonly bind: (stream: Stream, request: Bind2Request) => readonly Element[] | undefined;
}

export function createBind2({ features, bind }: Bind2Options): InlineFeature {
  return {
    name: 'bind2',
    xeps: [{ xep: '0386', version: '1.1.0' }],

    offer() {
      const listed = features().map((name) => el('feature', NS_BIND2, { var: name }));
      return [
        el('bind', NS_BIND2, undefined, listed.length === 0 ? undefined : el('inline', NS_BIND2, undefined, listed)),
      ];
    },

    bind({ stream, element, userAgent, localpart }, reply) {
      const request = element.child('bind', NS_BIND2);
      if (request === undefined) return;
      const bound = bind(stream, {
        tag: readTag(request),
        identifier:
          userAgent?.id === undefined ? undefined : identifierOf(`${localpart}@${stream.domain}`, userAgent.id),
        element: request,
      });
      // Without a resource the sign-in is a success all the same; RFC 6120's binding is offered and tells what is wrong.
      if (bound !== undefined) reply(el('bound', NS_BIND2, undefined, bound));
    },
  };
}

/** Section 3.2.1: stable, and the id of the installation cannot be had from it. */
function identifierOf(account: string, id: string): string {
  return createHash('sha256').update(`${account}\0${id}`).digest().subarray(0, IDENTIFIER_BYTES).toString('base64url');
}

/** Undefined also for what cannot be in a resource. */
function readTag(request: Element): string | undefined {
  const text = request.childText('tag') ?? '';
  return text === '' || text.length > MAX_TAG_LENGTH ? undefined : prepareResourcepart(text);
}
