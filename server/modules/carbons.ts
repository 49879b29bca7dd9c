/** XEP-0280: Message Carbons. Shows every conversation on all of one's devices. */
import { defineModule } from '../modulehost/module.ts';
import { iqSet, type RequestHandler } from '../router/iq-table.ts';
import { holdTogether, join } from '../session/copies.ts';
import type { Session } from '../session/session.ts';
import { StanzaError } from '../stanza/error.ts';
import { forwarded } from '../stanza/forward.ts';
import { type Message, NS_CLIENT } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';

const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_CARBONS_RULES = 'urn:xmpp:carbons:rules:0';
const NS_HINTS = 'urn:xmpp:hints';
const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
const NS_CONFERENCE = 'jabber:x:conference';
/** Payloads of instant messaging without a text: receipts (XEP-0184), typing (XEP-0085), read marks (XEP-0333). */
const IM_PAYLOADS: ReadonlySet<string> = new Set([
  'urn:xmpp:receipts',
  'http://jabber.org/protocol/chatstates',
  'urn:xmpp:chat-markers:0',
]);
/** In `session.enabled`. */
const CARBONS = 'carbons';
/** Per account, to tell what an error answers: what a person and all contacts write within the minutes that an error takes. */
const MAX_REMEMBERED = 200;
/** Of an id that is remembered; clients use some 40 characters, and a stranger must not fill the memory with long ones. */
const MAX_ID_LENGTH = 255;

type Direction = 'received' | 'sent';

export const carbons = defineModule({
  name: 'carbons',
  summary: 'Shows every conversation on all of one’s devices.',
  xeps: [{ xep: '0280', version: '1.0.1' }],
  features: [NS_CARBONS, NS_CARBONS_RULES],

  start({ sessions }) {
    const eligible = new EligibleMessages();

    /** The devices that want a copy of `message` and do not get it anyway. */
    function wanting(message: Message, account: string, recipients: readonly Session[]): readonly Session[] {
      const wanting: Session[] = [];
      for (const session of sessions.of(account).values()) {
        if (session.enabled.has(CARBONS) && !recipients.includes(session) && session.jid.full !== message.from.full) {
          wanting.push(session);
        }
      }
      return wanting;
    }

    /** Whether to copy `message`, remembering it for the sake of errors that may answer it. */
    function isEligible(message: Message, account: string, direction: Direction): boolean {
      if (message.type === 'error') return eligible.answers(message, account);
      if (!isConversation(message, direction)) return false;
      eligible.add(message, account);
      return true;
    }

    return {
      iq: [
        iqSet([NS_CARBONS, 'enable'], ['self'], ({ sender }) => switched(sender, (on) => on.add(CARBONS))),
        iqSet([NS_CARBONS, 'disable'], ['self'], ({ sender }) => switched(sender, (on) => on.delete(CARBONS))),
        iqSet([NS_CARBONS, 'enable'], ['account'], refuseOthers),
        iqSet([NS_CARBONS, 'disable'], ['account'], refuseOthers),
      ],
      message: {
        inbound: {
          copy(message, account, recipients) {
            // Alone there is nobody to copy to, and nobody else who would see an error.
            if (sessions.of(account).size < 2 || !isEligible(message, account, 'received')) return;
            const others = wanting(message, account, recipients);
            if (others.length === 0) return;
            const copy = carbonOf(message, account, 'received');
            const copies = recipients.length > 0 ? holdTogether(message.element, recipients) : undefined;
            for (const session of others) {
              const addressed = copy.withAttr('to', session.jid.full);
              if (copies !== undefined) join(copies, addressed, session);
              session.send(addressed);
            }
          },
        },
        outbound: {
          copy(message, sender) {
            // What goes to oneself is copied where it comes in, not twice.
            if (message.to.bare === sender.jid.bare || sessions.of(sender.account).size < 2) return;
            if (!isEligible(message, sender.account, 'sent')) return;
            const others = wanting(message, sender.account, []);
            if (others.length === 0) return;
            const copy = carbonOf(message, sender.account, 'sent');
            for (const session of others) session.send(copy.withAttr('to', session.jid.full));
          },
        },
      },
      bind2: [
        {
          name: NS_CARBONS,
          bound(session, bind) {
            if (bind.child('enable', NS_CARBONS) !== undefined) session.enabled.add(CARBONS);
            return undefined;
          },
        },
      ],
      session: {
        ended(session) {
          if (sessions.of(session.account).size === 0) eligible.forget(session.account);
        },
      },
    };
  },
});

function switched(sender: Session | undefined, change: (enabled: Set<string>) => void): StanzaError | undefined {
  if (sender === undefined) return notAllowed();
  change(sender.enabled);
}

/** Section 4.1: carbons of an account are the business of its own devices. */
const refuseOthers: RequestHandler = () => notAllowed();

function notAllowed(): StanzaError {
  return new StanzaError('not-allowed', 'Carbons are for one’s own devices.');
}

/** Sections 7 and 8: the message inside one of the account's own; all that differs between the copies is `to`. */
function carbonOf(message: Message, account: string, direction: Direction): Element {
  const own = direction === 'received' ? message.to : message.from;
  return el(
    'message',
    NS_CLIENT,
    { from: `${account}@${own.domain}`, type: message.element.attr('type') },
    el(direction, NS_CARBONS, undefined, forwarded(message.element)),
  );
}

/** Section 6.1, without errors: whether this is part of a conversation that all devices should show. */
function isConversation(message: Message, direction: Direction): boolean {
  const { type, element } = message;
  if (type === 'groupchat') return false;
  let isChat = type === 'chat' || (type === 'normal' && element.child('body', NS_CLIENT) !== undefined);
  let room: Element | undefined;
  for (const child of element.elements) {
    const { name, xmlns } = child;
    if (xmlns === NS_CARBONS && name === 'private') return false;
    if (xmlns === NS_HINTS && name === 'no-copy') return false;
    if (xmlns === NS_MUC_USER && name === 'x') room = child;
    else if (IM_PAYLOADS.has(xmlns) || (xmlns === NS_CONFERENCE && name === 'x')) isChat = true;
  }
  if (room === undefined) return isChat;
  if (room.child('invite') !== undefined) return true;
  // A room gives private messages to all devices in it by itself.
  return isChat && !(direction === 'received' && message.from.resource !== '');
}

/**
 * Section 6.1: an error is copied when it answers a message that was eligible. Errors need not hold what they answer
 * (section 10.3), so the latest messages are remembered by addresses and id.
 */
class EligibleMessages {
  readonly #keys = new Map<string, Set<string>>();

  add({ from, to, element }: Message, account: string): void {
    const id = element.attr('id');
    if (id === undefined || id.length > MAX_ID_LENGTH) return;
    const keys = this.#keys.get(account) ?? new Set();
    this.#keys.set(account, keys);
    keys.add(keyOf(from.full, to.bare, id));
    if (keys.size <= MAX_REMEMBERED) return;
    for (const oldest of keys) {
      keys.delete(oldest);
      return;
    }
  }

  /** Whether this error comes from where one of the messages went, and goes to where it came from. */
  answers({ from, to, element }: Message, account: string): boolean {
    const id = element.attr('id');
    return id !== undefined && (this.#keys.get(account)?.has(keyOf(to.full, from.bare, id)) ?? false);
  }

  forget(account: string): void {
    this.#keys.delete(account);
  }
}

function keyOf(from: string, to: string, id: string): string {
  return `${from} ${to} ${id}`;
}
