/** Subscriptions and their options (XEP-0060 sections 4.2 and 6.3). */
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Field, type Form, isTrue } from '../../stanza/form.ts';
import { FIELD_PREFIX, SUBSCRIBE_OPTIONS } from './namespaces.ts';
import { refusal } from './refusal.ts';

/** As in presence, with `online` for one without `<show/>`. */
export type Show = 'away' | 'chat' | 'dnd' | 'online' | 'xa';

const SHOWS: Readonly<Record<Show, string>> = {
  online: 'Available',
  chat: 'Free to chat',
  away: 'Away',
  xa: 'Away for long',
  dnd: 'Not to be disturbed',
};

export interface SubscriptionOptions {
  readonly deliver: boolean;
  /** Notifications come only while one of these holds; none stands for at all times. */
  readonly shows: readonly Show[];
  /** When it ends, in milliseconds since 1970, or with the subscriber's presence (section 12.4). */
  readonly expire: number | 'presence' | undefined;
  readonly includeBody: boolean;
}

export interface Subscription {
  /** The address that was subscribed, bare or full. */
  readonly jid: Jid;
  readonly state: 'pending' | 'subscribed';
  readonly options: SubscriptionOptions;
}

export const DEFAULT_OPTIONS: SubscriptionOptions = {
  deliver: true,
  shows: [],
  expire: undefined,
  includeBody: false,
};

/** What depends on the node: a body is only offered where the payload can be told in words (section 12.7). */
export interface OptionsOffered {
  readonly includeBody: boolean;
}

export function optionsForm(options: SubscriptionOptions, type: 'form' | 'result', offered: OptionsOffered): Form {
  const field = (name: string, rest: Omit<Field, 'name'>): Field => ({ name: FIELD_PREFIX + name, ...rest });
  const { deliver, shows, expire, includeBody } = options;
  return {
    type,
    formType: SUBSCRIBE_OPTIONS,
    fields: [
      field('deliver', { type: 'boolean', label: 'Receive notifications', values: [deliver ? '1' : '0'] }),
      field('show-values', {
        type: 'list-multi',
        label: 'Only while your presence is one of these',
        values: shows,
        options: Object.entries(SHOWS).map(([value, label]) => ({ label, value })),
      }),
      field('expire', {
        type: 'text-single',
        label: 'When the subscription ends: a date and time, or “presence” for when you go offline',
        values: expire === undefined ? [] : [expire === 'presence' ? expire : new Date(expire).toISOString()],
      }),
      ...(offered.includeBody
        ? [
            field('include_body', {
              type: 'boolean',
              label: 'Receive the text of a notification as a message too',
              values: [includeBody ? '1' : '0'],
            }),
          ]
        : []),
    ],
  };
}

/** The options as they will be; fields left out stay. Section 6.3.8: `bad-request` for what cannot be. */
export function readOptions(
  values: ReadonlyMap<string, readonly string[]>,
  current: SubscriptionOptions,
  offered: OptionsOffered,
  nowMs: number,
): SubscriptionOptions | StanzaError {
  const given = (name: string) => values.get(FIELD_PREFIX + name);
  const flag = (name: string, former: boolean) => ((given(name)?.length ?? 0) > 0 ? isTrue(given(name)) : former);
  const shows = given('show-values') ?? current.shows;
  if (!shows.every(isShow)) return invalid('There is no such presence.');
  const expire = given('expire') === undefined ? current.expire : readExpire(given('expire')?.[0] ?? '', nowMs);
  if (expire instanceof StanzaError) return expire;
  if (isTrue(given('digest'))) return invalid('Notifications are not collected into digests here.');
  if (isTrue(given('include_body')) && !offered.includeBody) {
    return invalid('The items of this node cannot be told in words.');
  }
  return {
    deliver: flag('deliver', current.deliver),
    shows: [...new Set(shows)],
    expire,
    includeBody: flag('include_body', current.includeBody),
  };
}

function readExpire(text: string, nowMs: number): SubscriptionOptions['expire'] | StanzaError {
  if (text === '') return undefined;
  if (text === 'presence') return text;
  // XEP-0082 section 3.2.
  const isDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const atMs = isDateTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) return invalid('The end is a date and time as in 2026-07-10T00:00:00Z.');
  return atMs > nowMs ? atMs : invalid('The end is in the past.');
}

function isShow(text: string): text is Show {
  return Object.hasOwn(SHOWS, text);
}

function invalid(text: string): StanzaError {
  return refusal('bad-request', 'invalid-options', text);
}
