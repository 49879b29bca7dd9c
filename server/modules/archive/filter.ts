/** The form of a query (XEP-0313 section 4.1): which fields there are, and what those of a request ask for. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { formElement, NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_MAM } from './namespaces.ts';

/** XEP-0431. */
export const NS_FULLTEXT = 'urn:xmpp:fulltext:0';
const FULLTEXT = `{${NS_FULLTEXT}}fulltext`;
const NS_VALIDATE = 'http://jabber.org/protocol/xdata-validate';
/** XEP-0082: date, time, fraction and the offset that it must have. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** Of the field `ids`: more than a page holds make no sense. */
const MAX_IDS = 1_000;

/** What a query asks for; undefined where it does not matter. */
export interface Filter {
  readonly with: Jid | undefined;
  /** Milliseconds since 1970, both included. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly afterId: string | undefined;
  readonly beforeId: string | undefined;
  readonly ids: readonly string[] | undefined;
  /** As it was typed. */
  readonly text: string | undefined;
}

const EVERYTHING: Filter = {
  with: undefined,
  startMs: undefined,
  endMs: undefined,
  afterId: undefined,
  beforeId: undefined,
  ids: undefined,
  text: undefined,
};

/** An account's archive can be asked with and without messages of rooms, though it never has any (section 4.1.4). */
const GROUPCHAT = 'include-groupchat';
const FIELDS: ReadonlySet<string> = new Set([
  'FORM_TYPE',
  'with',
  'start',
  'end',
  'before-id',
  'after-id',
  'ids',
  FULLTEXT,
]);

/** Section 4.1.5: the fields that `readFilter` knows. */
export function filterForm(isAccount: boolean): Element {
  const form = formElement({
    type: 'form',
    formType: NS_MAM,
    fields: [
      { name: 'with', type: 'jid-single', label: 'Conversation with' },
      { name: 'start', type: 'text-single', label: 'From' },
      { name: 'end', type: 'text-single', label: 'Until' },
      { name: 'before-id', type: 'text-single', label: 'Before the message' },
      { name: 'after-id', type: 'text-single', label: 'After the message' },
      { name: 'ids', type: 'list-multi', label: 'These messages' },
      { name: FULLTEXT, type: 'text-single', label: 'Words' },
      ...(isAccount ? ([{ name: GROUPCHAT, type: 'boolean', label: 'Messages of rooms' }] as const) : []),
    ],
  });
  // The ids are not listed, but any may be given (XEP-0122).
  const validate = el('validate', NS_VALIDATE, { datatype: 'xs:string' }, el('open', NS_VALIDATE));
  return form.withChildren(
    form.elements.map((field) => (field.attr('var') === 'ids' ? field.withChildren([validate]) : field)),
  );
}

export function readFilter(query: Element, isAccount: boolean): Filter | StanzaError {
  const x = query.child('x', NS_FORM);
  if (x === undefined) return EVERYTHING;
  const form = readSubmittedForm(x);
  if (form === undefined) return new StanzaError('bad-request', 'A query carries a form of type submit.');
  if (form.get('FORM_TYPE')?.[0] !== NS_MAM) {
    return new StanzaError('bad-request', `The form of a query has the FORM_TYPE ${NS_MAM}.`);
  }
  for (const name of form.keys()) {
    if (!FIELDS.has(name) && !(isAccount && name === GROUPCHAT)) {
      return new StanzaError('feature-not-implemented', `There is no field “${name}” here.`);
    }
  }
  const one = (name: string) => form.get(name)?.[0] || undefined;
  const partner = one('with');
  const jid = partner === undefined ? undefined : parseJid(partner);
  if (partner !== undefined && jid === undefined) {
    return new StanzaError('jid-malformed', 'The field “with” holds no valid JID.');
  }
  const startMs = readTime(one('start'));
  const endMs = readTime(one('end'));
  if (Number.isNaN(startMs) || Number.isNaN(endMs)) {
    return new StanzaError('bad-request', 'Times are written like 2010-06-07T00:00:00Z.');
  }
  const ids = form.get('ids')?.filter((id) => id !== '');
  if (ids !== undefined && ids.length > MAX_IDS) {
    return new StanzaError('policy-violation', `A query may name at most ${MAX_IDS} messages.`);
  }
  return {
    with: jid,
    startMs,
    endMs,
    afterId: one('after-id'),
    beforeId: one('before-id'),
    ids: ids === undefined || ids.length === 0 ? undefined : ids,
    text: one(FULLTEXT)?.trim() || undefined,
  };
}

/** NaN when it is no time. */
function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
}
