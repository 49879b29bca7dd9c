/** What is remembered of a device while it is away: how often it was woken, for what, and what is still to be told. */
import type { Occasion } from './occasion.ts';
import type { Registration } from './registration.ts';

const NS_STANZA_ID = 'urn:xmpp:sid:0';
/** Conversations that wait for their turn. */
const MAX_WAITING = 50;
/** Messages that are known to have woken the device, so that one which comes back does not do so twice. */
const MAX_RECENT = 50;
/** Of an id that is remembered; clients use some 40 characters. */
const MAX_ID_LENGTH = 255;

export interface Device {
  readonly registration: Registration;
  messages: number;
  subscriptions: number;
  /** The last occasion of each conversation, by bare JID. */
  readonly waiting: Map<string, Occasion>;
  readonly recent: Set<string>;
  /** Notifications since the device was last here. */
  pushes: number;
  /** Notifications in a row that were not delivered. */
  failures: number;
  /** Of those, the ones that the service itself refused. */
  refusals: number;
  /** In milliseconds of the clock that is never set. */
  nextAtMs: number;
  isUnderway: boolean;
}

export function createDevice(registration: Registration): Device {
  return {
    registration,
    messages: 0,
    subscriptions: 0,
    waiting: new Map(),
    recent: new Set(),
    pushes: 0,
    failures: 0,
    refusals: 0,
    nextAtMs: 0,
    isUnderway: false,
  };
}

/** The device was here: everything begins anew, but for what is known of its service. */
export function startOver(device: Device): void {
  device.waiting.clear();
  device.recent.clear();
  device.messages = 0;
  device.subscriptions = 0;
  device.pushes = 0;
  if (device.failures === 0) device.nextAtMs = 0;
}

/** Lets the latest occasion of a conversation wait behind all others. */
export function putOff({ waiting }: Device, occasion: Occasion): void {
  const { bare } = occasion.from;
  waiting.delete(bare);
  waiting.set(bare, occasion);
  if (waiting.size > MAX_WAITING) forgetFirst(waiting);
}

/** Whether this very message has woken the device already; a session that ends hands back what another one holds. */
export function isRepeated({ recent, registration }: Device, occasion: Occasion): boolean {
  const key = keyOf(occasion, registration.account);
  if (key === undefined) return false;
  if (recent.has(key)) return true;
  recent.add(key);
  if (recent.size > MAX_RECENT) forgetFirst(recent);
  return false;
}

/** What tells a message from others: the id that the archive gave it (XEP-0359), or else its sender's. */
function keyOf({ from, element }: Occasion, account: string): string | undefined {
  for (const child of element.elements) {
    if (child.is('stanza-id', NS_STANZA_ID) && child.attr('by')?.startsWith(`${account}@`)) return child.attr('id');
  }
  const id = element.attr('id');
  return id === undefined || id.length > MAX_ID_LENGTH ? undefined : `${from.full} ${id}`;
}

export function forgetFirst(collection: { keys(): Iterator<string>; delete(key: string): boolean }): void {
  const first = collection.keys().next();
  if (first.done !== true) collection.delete(first.value);
}
