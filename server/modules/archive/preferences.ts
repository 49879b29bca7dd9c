/** XEP-0441: what of a person's messages is archived at all. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_MAM } from './namespaces.ts';
import { deletePreference, putPreference, readPreference } from './store.ts';

/** For those who stand in neither list (section 2.1.1). */
export const POLICIES = ['always', 'roster', 'never'] as const;
export type Policy = (typeof POLICIES)[number];

/** JIDs in both lists together: more people than anybody knows. */
const MAX_JIDS = 1_000;

interface Preferences {
  readonly policy: Policy;
  readonly always: ReadonlySet<string>;
  readonly never: ReadonlySet<string>;
}

export interface PreferencesOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly usualPolicy: () => Policy;
  readonly hasContact: (account: string, contact: string) => boolean;
}

export class ArchivePreferences {
  readonly #options: PreferencesOptions;
  /** By account; null for one that has never said anything. */
  readonly #known = new Map<string, Preferences | null>();

  constructor(options: PreferencesOptions) {
    this.#options = options;
  }

  /** Whether messages with `partner` are archived (section 2.3): a full JID counts before a bare one, `never` before `always`. */
  allows(account: string, partner: Jid): boolean {
    const preferences = this.#of(account);
    if (preferences !== null) {
      const { always, never } = preferences;
      for (const jid of [partner.full, partner.bare]) {
        if (never.has(jid)) return false;
        if (always.has(jid)) return true;
      }
    }
    switch (preferences?.policy ?? this.#options.usualPolicy()) {
      case 'always':
        return true;
      case 'never':
        return false;
      case 'roster':
        return this.#options.hasContact(account, partner.bare);
    }
  }

  /** The answer to an `iq` of type get. */
  show = ({ account }: Request): Element => {
    const preferences = this.#of(account);
    return prefsElement(preferences ?? { policy: this.#options.usualPolicy(), always: new Set(), never: new Set() });
  };

  /** The answer to an `iq` of type set, once it is on disk. */
  change = ({ account, payload }: Request): StanzaError | Promise<Element> => {
    const policy = POLICIES.find((known) => known === payload.attr('default'));
    if (policy === undefined) {
      return new StanzaError('bad-request', 'The attribute “default” is one of always, never and roster.');
    }
    const always = readJids(payload.child('always'));
    const never = readJids(payload.child('never'));
    if (always === undefined || never === undefined) {
      return new StanzaError('jid-malformed', 'One of the addresses is not a valid JID.');
    }
    if (always.size + never.size > MAX_JIDS) {
      return new StanzaError('policy-violation', `At most ${MAX_JIDS} addresses can be listed here.`);
    }
    const preferences = { policy, always, never };
    this.#known.set(account, preferences);
    const row = { policy, always: [...always].join('\n'), never: [...never].join('\n') };
    return this.#options.writer.write([putPreference(account, row)]).then(() => prefsElement(preferences));
  };

  clear(account: string): void {
    this.#known.set(account, null);
    void this.#options.writer.write([deletePreference(account)]);
  }

  #of(account: string): Preferences | null {
    const known = this.#known.get(account);
    if (known !== undefined) return known;
    const row = readPreference(this.#options.reader, account);
    const policy = POLICIES.find((name) => name === row?.policy);
    const preferences =
      row === undefined || policy === undefined
        ? null
        : { policy, always: readLines(row.always), never: readLines(row.never) };
    this.#known.set(account, preferences);
    return preferences;
  }
}

/** Prepared JIDs; undefined when one of them is none. */
function readJids(list: Element | undefined): ReadonlySet<string> | undefined {
  const jids = new Set<string>();
  for (const child of list?.elements ?? []) {
    if (!child.is('jid', NS_MAM)) continue;
    const jid = parseJid(child.text().trim());
    if (jid === undefined) return undefined;
    jids.add(jid.full);
  }
  return jids;
}

function readLines(text: string): ReadonlySet<string> {
  return new Set(text.split('\n').filter((line) => line !== ''));
}

function prefsElement({ policy, always, never }: Preferences): Element {
  const list = (name: string, jids: ReadonlySet<string>) =>
    el(
      name,
      NS_MAM,
      undefined,
      [...jids].map((jid) => el('jid', NS_MAM, undefined, jid)),
    );
  return el('prefs', NS_MAM, { default: policy }, list('always', always), list('never', never));
}
