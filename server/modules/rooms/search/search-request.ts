/** XEP-0433: what can be searched for, as a form, and what somebody searches for. */
import { StanzaError } from '../../../stanza/error.ts';
import { type Form, isTrue } from '../../../stanza/form.ts';
import { type Element, el } from '../../../xml/element.ts';

const NS = 'urn:xmpp:channel-search:0';
const FORM_TYPE = `${NS}:search-params`;
const NS_ERRORS = `${NS}:error`;
const BY_USERS = `{${NS}:order}nusers`;
const BY_ADDRESS = `{${NS}:order}address`;
/** The only kind of channel that there is here. */
export const SERVICE_TYPE = 'xep-0045';
const MAX_TERMS = 10;
const MAX_QUERY_LENGTH = 500;
/** A single letter is in nearly every name; but in some scripts it is a word. */
const TERM = /[\p{L}\p{N}]{2}|[\p{Lo}]/u;

export type SortKey = 'address' | 'users';

export interface Search {
  /** In the form of `searchable`; all of them must be found. Empty for the whole list. */
  readonly terms: readonly string[];
  readonly inName: boolean;
  readonly inDescription: boolean;
  readonly inAddress: boolean;
  readonly minUsers: number;
  readonly isForRooms: boolean;
  readonly sortKey: SortKey;
}

export const SEARCH_FORM: Form = {
  type: 'form',
  formType: FORM_TYPE,
  title: 'Search for rooms',
  fields: [
    { name: 'q', type: 'text-single', label: 'Search for' },
    { name: 'all', type: 'boolean', label: 'All rooms, whatever is searched for', values: ['false'] },
    { name: 'sinname', type: 'boolean', label: 'Search in names', values: ['true'] },
    { name: 'sindescription', type: 'boolean', label: 'Search in descriptions', values: ['true'] },
    { name: 'sinaddress', type: 'boolean', label: 'Search in addresses', values: ['true'] },
    {
      name: 'min_users',
      type: 'text-single',
      label: 'At least so many people',
      values: ['0'],
      validation: { datatype: 'xs:integer', range: { min: 0 } },
    },
    {
      name: 'types',
      type: 'list-multi',
      label: 'Kinds of rooms',
      values: [SERVICE_TYPE],
      options: [{ label: 'Multi-user chat (XEP-0045)', value: SERVICE_TYPE }],
    },
    {
      name: 'key',
      type: 'list-single',
      label: 'Sort by',
      values: [BY_USERS],
      options: [
        { label: 'Number of people', value: BY_USERS },
        { label: 'Address', value: BY_ADDRESS },
      ],
    },
  ],
};

/** Fields that are left out have the values of the form above; others are ignored (section 5). */
export function readSearch(values: ReadonlyMap<string, readonly string[]>): Search | StanzaError {
  if (values.get('FORM_TYPE')?.[0] !== FORM_TYPE)
    return new StanzaError('bad-request', 'This is no form for a search.');
  const flag = (name: string, otherwise: boolean) => {
    const given = values.get(name);
    return given === undefined || given.length === 0 ? otherwise : isTrue(given);
  };
  const sortKey = readSortKey(values.get('key')?.[0] ?? BY_USERS);
  if (sortKey === undefined)
    return new StanzaError('feature-not-implemented', 'Rooms are not sorted by this.', {
      type: 'modify',
      application: el('invalid-sort-key', NS_ERRORS),
    });
  const minUsers = values.get('min_users')?.[0]?.trim() || '0';
  if (!/^\d{1,9}$/.test(minUsers)) return new StanzaError('bad-request', 'The number of people must be a number.');
  const places = {
    inName: flag('sinname', true),
    inDescription: flag('sindescription', true),
    // COMPAT(XEP-0433): the example has another name for the field than the table of fields.
    inAddress: flag('sinaddress', flag('sinaddr', true)),
  };
  const terms = readTerms(values, Object.values(places).includes(true));
  if (terms instanceof StanzaError) return terms;
  const types = values.get('types') ?? [];
  return {
    ...places,
    terms,
    sortKey,
    minUsers: Number(minUsers),
    isForRooms: types.length === 0 || types.includes(SERVICE_TYPE),
  };
}

/** How texts are compared: regardless of case, width and ways to write an accent. */
export function searchable(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Section 4.2.2.6: for who must not have the whole list. */
export function wholeListRefusal(condition: 'forbidden' | 'not-allowed'): StanzaError {
  return new StanzaError(condition, 'The whole list of rooms is not given away here; search for something.', {
    application: el('full-set-retrieval-rejected', NS_ERRORS),
  });
}

export function rateLimitRefusal(retryAfterSeconds: number): StanzaError {
  return new StanzaError('resource-constraint', `Search again in ${retryAfterSeconds} seconds.`, {
    type: 'wait',
    application: el('rate-limit', NS_ERRORS, { 'retry-after': String(retryAfterSeconds) }),
  });
}

/** None for the whole list. */
function readTerms(
  values: ReadonlyMap<string, readonly string[]>,
  isAnywhere: boolean,
): readonly string[] | StanzaError {
  const query = values.get('q')?.[0];
  const isAll = isTrue(values.get('all'));
  if (isAll && (query ?? '').trim() !== '')
    return conflict('“Search for” and “All rooms” exclude each other.', ['all', 'q']);
  if (isAll) return [];
  if (query === undefined)
    return new StanzaError('bad-request', 'Say what to search for.', {
      type: 'cancel', // section 4.2.2.8; the example has another one
      application: el('no-search-conditions', NS_ERRORS),
    });
  if (!isAnywhere)
    return conflict('“Search for” needs to be searched in names, descriptions or addresses.', [
      'q',
      'sinname',
      'sindescription',
      'sinaddress',
    ]);
  const terms =
    query.length > MAX_QUERY_LENGTH
      ? []
      : searchable(query)
          .split(/\s+/)
          .filter((term) => TERM.test(term));
  if (terms.length === 0 || terms.length > MAX_TERMS) return invalidTerms();
  return terms;
}

function readSortKey(text: string): SortKey | undefined {
  if (text === BY_USERS) return 'users';
  return text === BY_ADDRESS ? 'address' : undefined;
}

function invalidTerms(): StanzaError {
  return new StanzaError(
    'bad-request',
    `Search for one to ${MAX_TERMS} words of at least two letters or digits, ${MAX_QUERY_LENGTH} characters in all.`,
    { application: el('invalid-search-terms', NS_ERRORS) },
  );
}

/** Section 4.2.2.7: the text says `bad-request`; the example has another condition. */
function conflict(text: string, names: readonly string[]): StanzaError {
  const vars: readonly Element[] = names.map((name) => el('var', NS_ERRORS, undefined, name));
  return new StanzaError('bad-request', text, { application: el('conflicting-fields', NS_ERRORS, undefined, vars) });
}
