/** The configuration of a node: its fields by the names that section 16.4.4 of XEP-0060 gives them, and how each is read. */
import { parseJid } from '../../jid/jid.ts';
import type { FieldType } from '../../stanza/form.ts';

/** Longest text that an owner may give a node; what people read fits many times. */
const MAX_TEXT_LENGTH = 2_000;
const MAX_LIST_LENGTH = 100;
/** RFC 5646 allows no subtag of more than eight characters; nobody needs more than this of them. */
const LANGUAGE = /^([A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5})?$/;
/** A century: longer is `max`. */
const MAX_SECONDS = 3_155_760_000;

/** One field: how it looks in a form, and what its values mean. */
interface FieldRule<T> {
  readonly type: FieldType;
  readonly label: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Undefined for values that the field cannot have. */
  readonly read: (values: readonly string[]) => T | undefined;
  readonly show: (value: T) => readonly string[];
}

export const FIELDS = {
  title: text('Title'),
  description: text('Description'),
  type: text('What the items mean, usually the namespace of their payload'),
  // The registry has a list from which to choose (section 16.4.4); any language can be named.
  language: { ...text('Language', (value) => LANGUAGE.test(value)), type: 'list-single' },
  contact: list('jid-multi', 'Whom to ask', (value) => parseJid(value)?.bare),
  access_model: choice('Who may subscribe and retrieve items', {
    authorize: 'Whom an owner approves',
    open: 'Everybody',
    presence: 'Whoever may see the owner’s presence',
    roster: 'Contacts in certain groups of the owner',
    whitelist: 'Members whom an owner has listed',
  }),
  roster_groups_allowed: list('list-multi', 'Groups that may subscribe and retrieve items'),
  publish_model: choice('Who may publish', {
    publishers: 'Publishers',
    subscribers: 'Subscribers',
    open: 'Everybody',
  }),
  subscribe: flag('Can be subscribed to'),
  persist_items: flag('Keeps items'),
  max_items: countOrMax('How many items are kept', 1_000_000_000),
  item_expire: countOrMax('After how many seconds items vanish', MAX_SECONDS),
  publish_node_full: choice('What happens when the node is full', {
    'retract-oldest': 'The oldest item is retracted',
    'discard-oldest': 'The oldest item is dropped in silence',
    reject: 'New items are refused',
  }),
  max_payload_size: count('Largest payload in bytes'),
  send_last_published_item: choice('When the last item is sent', {
    never: 'Never',
    on_sub: 'To new subscribers',
    on_sub_and_presence: 'To new subscribers, and to those who come online',
  }),
  deliver_notifications: flag('Notifies subscribers'),
  deliver_payloads: flag('Notifications contain the payload'),
  notification_type: choice('Type of the messages that notify', {
    normal: 'Normal, kept for those who are away',
    headline: 'Headline, for those who are there',
  }),
  notify_config: flag('Notifies of a new configuration'),
  notify_delete: flag('Notifies when the node is deleted'),
  notify_retract: flag('Notifies when items are removed'),
  notify_sub: flag('Tells the owners of new and lost subscribers'),
  presence_based_delivery: flag('Notifies only those who are online'),
  purge_offline: flag('Drops the items of a publisher who goes offline'),
  tempsub: flag('Subscriptions end when the subscriber goes offline'),
  itemreply: choice('Whose address items carry', {
    owner: 'The owner’s',
    publisher: 'The publisher’s',
    none: 'None',
  }),
} as const;

export type FieldName = keyof typeof FIELDS;
type ValueOf<R> = R extends FieldRule<infer T> ? T : never;

export type Configuration = { readonly [K in FieldName]: ValueOf<(typeof FIELDS)[K]> };

export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

/** The rule of a field without its type, for whoever goes through all of them. */
export function ruleOf(name: FieldName): FieldRule<unknown> {
  return FIELDS[name] as unknown as FieldRule<unknown>;
}

/** What a node is when nobody says otherwise. */
export const GENERIC_DEFAULTS: Configuration = {
  title: '',
  description: '',
  type: '',
  language: '',
  contact: [],
  access_model: 'open',
  roster_groups_allowed: [],
  publish_model: 'publishers',
  subscribe: true,
  persist_items: true,
  max_items: 20,
  item_expire: 'max',
  publish_node_full: 'retract-oldest',
  max_payload_size: 0,
  send_last_published_item: 'on_sub',
  deliver_notifications: true,
  deliver_payloads: true,
  notification_type: 'headline',
  notify_config: false,
  notify_delete: true,
  notify_retract: true,
  notify_sub: false,
  presence_based_delivery: false,
  purge_offline: false,
  tempsub: false,
  itemreply: 'publisher',
};

function text(label: string, isValid: (value: string) => boolean = () => true): FieldRule<string> {
  return {
    type: 'text-single',
    label,
    read: ([value = '']) => (value.length <= MAX_TEXT_LENGTH && isValid(value) ? value : undefined),
    show: (value) => (value === '' ? [] : [value]),
  };
}

/** XEP-0004 section 3.3: a boolean is one of these four words. */
function flag(label: string): FieldRule<boolean> {
  return {
    type: 'boolean',
    label,
    read: ([value]) =>
      value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : undefined,
    show: (value) => [value ? '1' : '0'],
  };
}

function choice<const O extends Readonly<Record<string, string>>>(
  label: string,
  options: O,
): FieldRule<Extract<keyof O, string>> {
  return {
    type: 'list-single',
    label,
    options,
    read: ([value]) =>
      value !== undefined && Object.hasOwn(options, value) ? (value as Extract<keyof O, string>) : undefined,
    show: (value) => [value],
  };
}

function list(
  type: 'jid-multi' | 'list-multi',
  label: string,
  prepare: (value: string) => string | undefined = (value) => value,
): FieldRule<readonly string[]> {
  return {
    type,
    label,
    read(values) {
      const given = values.filter((value) => value !== '').map(prepare);
      const isValid = given.length <= MAX_LIST_LENGTH && given.every((value) => (value?.length ?? Infinity) <= 1_023);
      return isValid ? [...new Set(given as readonly string[])] : undefined;
    },
    show: (values) => values,
  };
}

/** 0 stands for the limit of the service, as does no value. */
function count(label: string): FieldRule<number> {
  return {
    type: 'text-single',
    label,
    read: ([value = '0']) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined),
    show: (value) => (value === 0 ? [] : [String(value)]),
  };
}

/** `integer-or-max` of section 13. */
function countOrMax(label: string, max: number): FieldRule<number | 'max'> {
  return {
    type: 'text-single',
    label,
    read([value = 'max']) {
      if (value === 'max') return 'max';
      return /^\d{1,10}$/.test(value) && Number(value) >= 1 ? Math.min(Number(value), max) : undefined;
    },
    show: (value) => [String(value)],
  };
}
