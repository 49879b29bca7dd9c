/**
 * What clients want to be notified of: the nodes with `+notify` behind them in their capabilities (XEP-0060 section 9.2).
 * A client names what it can do by a hash (XEP-0115). The first who uses it is asked what it stands for; the answer is
 * believed for all others when it has that hash, and for this client alone when it has not (section 5.4 there).
 */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Jid } from '../../jid/jid.ts';
import { NS_DISCO_INFO, readDiscoInfo } from '../../modulehost/disco-info.ts';
import { verificationString, verificationText } from '../../modulehost/verification-string.ts';
import { type Iq, NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { type Capabilities, keyOf, nodeOf, readCapabilities } from './capabilities.ts';

const NOTIFY = '+notify';

/** Different clients in their different versions; each costs what the names of its nodes take. */
const MAX_KNOWN = 2_000;
const MAX_NODES = 200;
const MAX_NODE_LENGTH = 1_023;
/** Who is asked at the same time, and who waits for what they say. */
const MAX_ASKED = 1_000;
const MAX_WAITING = 1_000;
const TIMEOUT_MS = 30_000;
const SWEEP_MS = 10_000;
/** The answer is recognized by who gives it and what it describes, so the id has nothing to tell. */
const REQUEST_ID = 'disco';

/** XEP-0300 names on the left, Node's on the right. */
const HASHES: Readonly<Record<string, string>> = {
  'sha-1': 'sha1',
  'sha-224': 'sha224',
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
};

/** By the names of nodes. */
export type Interest = ReadonlySet<string>;

const NONE: Interest = new Set();

interface Asking {
  readonly capabilities: Capabilities;
  /** In whose name `asked` was asked. */
  readonly asker: Jid;
  readonly asked: Jid;
  readonly sinceMs: number;
  /** By full JID: whom the answer concerns, and who is asked next when none comes. */
  readonly waiting: Map<string, Waiting>;
}

interface Waiting {
  readonly asker: Jid;
  readonly client: Jid;
  readonly learned: (interest: Interest) => void;
}

export interface InterestsOptions {
  readonly clock: Clock;
  readonly send: (iq: Iq) => void;
}

export class Interests {
  readonly #options: InterestsOptions;
  /** By hash and ver, the one unused for longest first. */
  readonly #known = new Map<string, Interest>();
  /** What single clients said that has not the hash they claim: by full JID. */
  readonly #peculiar = new Map<string, { readonly key: string; readonly interest: Interest }>();
  readonly #asking = new Map<string, Asking>();
  #sweep: Timer | undefined;

  constructor(options: InterestsOptions) {
    this.#options = options;
  }

  /** What the client with this presence is known to want; nothing while that is not known. */
  of(client: Jid, presence: Element): Interest {
    const capabilities = readCapabilities(presence);
    if (capabilities === undefined) return NONE;
    return this.#find(client, keyOf(capabilities)) ?? NONE;
  }

  /**
   * Finds out what the client wants, asking it in the name of the account `asker` where nobody has told before. Calls
   * `learned` at once when it is known, and otherwise once it is.
   */
  learn(asker: Jid, client: Jid, presence: Element, learned: (interest: Interest) => void): void {
    const capabilities = readCapabilities(presence);
    const key = capabilities === undefined ? '' : keyOf(capabilities);
    const known = capabilities === undefined ? NONE : this.#find(client, key);
    if (capabilities === undefined || known !== undefined) {
      learned(known ?? NONE);
      return;
    }
    const asking = this.#asking.get(key);
    if (asking !== undefined) {
      if (asking.waiting.size < MAX_WAITING) asking.waiting.set(client.full, { asker, client, learned });
      return;
    }
    if (this.#asking.size >= MAX_ASKED) return;
    this.#ask(capabilities, asker, client, new Map([[client.full, { asker, client, learned }]]));
  }

  /**
   * Takes the answer to a question of `learn`: true when it was one. Everything else is not for us, also when somebody
   * else has asked the client with the same id.
   */
  settle(iq: Iq): boolean {
    if (iq.id !== REQUEST_ID || iq.to.resource !== '') return false;
    if (iq.type === 'error') return this.#refused(iq);
    const query = iq.payload;
    if (iq.type !== 'result' || query === undefined || !query.is('query', NS_DISCO_INFO)) return false;
    const described = query.attr('node');
    for (const [key, asking] of this.#asking) {
      if (!isAnswer(iq, asking)) continue;
      if (described !== undefined && described !== nodeOf(asking.capabilities)) continue;
      this.#answered(key, asking, query);
      return true;
    }
    return false; // too late, or about what the client is no longer: nobody at the account waits for it
  }

  /** The client is gone, and with it what was known of it alone. */
  forget(client: Jid): void {
    this.#peculiar.delete(client.full);
    for (const { waiting } of this.#asking.values()) waiting.delete(client.full);
  }

  stop(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    this.#asking.clear();
  }

  #find(client: Jid, key: string): Interest | undefined {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const own = this.#peculiar.get(client.full);
    return own?.key === key ? own.interest : undefined;
  }

  #ask(capabilities: Capabilities, asker: Jid, client: Jid, waiting: Map<string, Waiting>): void {
    const { clock, send } = this.#options;
    this.#asking.set(keyOf(capabilities), { capabilities, asker, asked: client, sinceMs: clock.elapsedMs(), waiting });
    this.#sweep ??= clock.every(SWEEP_MS, () => this.#giveUp());
    const payload = el('query', NS_DISCO_INFO, { node: nodeOf(capabilities) });
    const element = el('iq', NS_CLIENT, { type: 'get', id: REQUEST_ID, from: asker.bare, to: client.full }, payload);
    send({ kind: 'iq', type: 'get', id: REQUEST_ID, element, from: asker, to: client, payload });
  }

  #answered(key: string, asking: Asking, query: Element): void {
    this.#asking.delete(key);
    const info = readDiscoInfo(query);
    const { hash, ver } = asking.capabilities;
    const algorithm = Object.hasOwn(HASHES, hash) ? HASHES[hash] : undefined;
    if (info !== undefined && algorithm !== undefined && verificationString(info, algorithm) === ver) {
      // SECURITY: read from the text that has the hash. Another answer may have the same text with its parts cut elsewhere.
      const interest = interestIn(verificationText(info).split('<'));
      remember(this.#known, key, interest, MAX_KNOWN);
      for (const { learned } of asking.waiting.values()) learned(interest);
    } else {
      const interest = interestIn(info?.features ?? []);
      remember(this.#peculiar, asking.asked.full, { key, interest }, MAX_KNOWN);
      asking.waiting.get(asking.asked.full)?.learned(interest);
      this.#askNext(asking);
    }
    this.#rest();
  }

  #refused(iq: Iq): boolean {
    let isOurs = false;
    for (const [key, asking] of [...this.#asking]) {
      if (!isAnswer(iq, asking)) continue;
      isOurs = true;
      this.#asking.delete(key);
      this.#askNext(asking);
    }
    this.#rest();
    return isOurs;
  }

  /** Whoever was asked did not say it, or not truly: the next one who has the same capabilities is. */
  #askNext({ asked, waiting, capabilities }: Asking): void {
    waiting.delete(asked.full);
    const [next] = waiting.values();
    if (next !== undefined) this.#ask(capabilities, next.asker, next.client, waiting);
  }

  #giveUp(): void {
    const now = this.#options.clock.elapsedMs();
    for (const [key, asking] of [...this.#asking]) {
      if (now - asking.sinceMs < TIMEOUT_MS) continue;
      this.#asking.delete(key);
      this.#askNext(asking);
    }
    this.#rest();
  }

  #rest(): void {
    if (this.#asking.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }
}

function isAnswer({ from, to }: Iq, { asked, asker }: Asking): boolean {
  return from.full === asked.full && to.bare === asker.bare;
}

function interestIn(features: readonly string[]): Interest {
  const nodes = new Set<string>();
  for (const feature of features) {
    if (!feature.endsWith(NOTIFY) || feature.length > MAX_NODE_LENGTH) continue;
    if (nodes.size === MAX_NODES) break;
    nodes.add(feature.slice(0, -NOTIFY.length));
  }
  return nodes;
}

/** Puts an entry at the end and takes the first away when there are too many. */
function remember<V>(map: Map<string, V>, key: string, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
