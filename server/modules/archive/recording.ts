/**
 * How messages of accounts come into their archives. An id is given in `amend`, so that everything that leaves carries
 * it, and the message is kept in `record`, once nobody can refuse it any more. What is only repeated (carbons, messages
 * for those who were away, what a lost session had not acknowledged) passes no stage again, and is kept once.
 */
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { Host } from '../../modulehost/module.ts';
import { chooseRecipients } from '../../router/delivery.ts';
import type { InboundStages, OutboundStages } from '../../router/stages.ts';
import type { Message } from '../../stanza/stanza.ts';
import type { Element, Node } from '../../xml/element.ts';
import type { Archives } from './archives.ts';
import type { ArchivePreferences } from './preferences.ts';
import { bury } from './retraction.ts';
import { stanzaId, withoutForgedIds } from './stanza-ids.ts';
import { type Worth, worthOf } from './worth-archiving.ts';

export interface RecordingOptions {
  readonly host: Pick<Host, 'clock' | 'sessions'>;
  readonly archives: Archives;
  readonly preferences: ArchivePreferences;
}

/** What `amend` decided, for the `record` and the `seal` of the same walk; a walk is never interrupted. */
interface Decision {
  readonly id: string;
  readonly worth: Exclude<Worth, 'pass'>;
  readonly from: Jid;
  readonly to: Jid;
  /** With the id, where it has one. */
  readonly element: Element;
  /** As it goes to others. */
  readonly sealed: Element;
}

/** The message that was kept last of those that came in. */
interface Kept {
  readonly id: string;
  readonly owner: string;
  readonly from: string;
  readonly to: string;
  /** Before it had an id; elements that differ only in their addresses share them. */
  readonly children: readonly Node[];
}

export class Recording {
  readonly #options: RecordingOptions;
  #outgoing: Decision | undefined;
  #incoming: Decision | undefined;
  #kept: Kept | undefined;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  readonly outbound: OutboundStages<Message> = {
    amend: (message, sender) => {
      const own = sender.jid.bare;
      const sealed = withoutForgedIds(message.element, own);
      const honest = sealed === message.element ? message : { ...message, element: sealed };
      this.#outgoing = undefined;
      // What goes to oneself is kept where it comes in, not twice.
      const worth = message.to.bare === own ? 'pass' : this.#worthOf(honest, sender.account, message.to);
      if (worth === 'pass') return replaced(message, honest);
      const id = this.#options.archives.newId();
      // Only one's other devices see it (XEP-0313 section 3.4), so alone there is nobody to add it for.
      const isAlone = this.#options.host.sessions.of(sender.account).size < 2;
      const element = isAlone ? sealed : sealed.plus(stanzaId(own, id));
      this.#outgoing = { id, worth, from: message.from, to: message.to, element, sealed };
      return replaced(message, isAlone ? honest : { ...message, element });
    },
    record: (message, sender) => {
      const decision = this.#outgoing;
      if (decision === undefined || !isAbout(decision, message)) return;
      this.#keep(sender.jid.bare, message.to, message, decision);
    },
    seal: (message, sender) => {
      const decision = this.#outgoing;
      this.#outgoing = undefined;
      if (decision === undefined || !isAbout(decision, message)) return;
      if (decision.element === decision.sealed) return;
      const element =
        message.element === decision.element ? decision.sealed : withoutForgedIds(message.element, sender.jid.bare);
      return { ...message, element };
    },
  };

  readonly inbound: InboundStages<Message> = {
    amend: (message, account) => {
      const own = bareJid(message.to).full;
      const sealed = withoutForgedIds(message.element, own);
      const honest = sealed === message.element ? message : { ...message, element: sealed };
      this.#incoming = undefined;
      const worth = this.#willBeTaken(message, account) ? this.#worthOf(honest, account, message.from) : 'pass';
      if (worth === 'pass') return replaced(message, honest);
      // A room gives what was said in private to each device by itself (XEP-0045 section 7.5), and it is one message.
      const known = this.#kept && isSame(this.#kept, own, honest) ? this.#kept.id : undefined;
      const id = known ?? this.#options.archives.newId();
      const element = sealed.plus(stanzaId(own, id));
      if (known === undefined) this.#incoming = { id, worth, from: message.from, to: message.to, element, sealed };
      return { ...message, element };
    },
    record: (message) => {
      const decision = this.#incoming;
      this.#incoming = undefined;
      if (decision === undefined || !isAbout(decision, message)) return;
      const { id, sealed } = decision;
      this.#keep(message.to.bare, message.from, message, decision);
      this.#kept = {
        id,
        owner: message.to.bare,
        from: message.from.full,
        to: message.to.full,
        children: sealed.children,
      };
    },
  };

  #worthOf(message: Message, account: string, partner: Jid): Worth {
    const worth = worthOf(message);
    return worth === 'keep' && !this.#options.preferences.allows(account, partner) ? 'pass' : worth;
  }

  /** XEP-0313 section 6.1: what is refused does not appear in the archive of who refuses it. */
  #willBeTaken({ type, to }: Message, account: string): boolean {
    // Only what is for one device can be refused for want of it; the rest is delivered, or waits for the account.
    if (to.resource === '') return true;
    const delivery = chooseRecipients(type, to.resource, this.#options.host.sessions.of(account));
    return delivery !== 'refuse' && delivery !== 'ignore';
  }

  #keep(owner: string, partner: Jid, message: Message, { id, worth }: Decision): void {
    const { archives, host } = this.#options;
    const atMs = host.clock.now();
    if (worth === 'retraction') bury(archives, owner, partner, message, atMs);
    archives.keep(owner, partner, { id, atMs, element: message.element });
  }
}

function replaced(before: Message, after: Message): Message | undefined {
  return before === after ? undefined : after;
}

/** Whether `message` is for another device what the one before it was for the first. */
function isSame(kept: Kept, own: string, { element, from, to }: Message): boolean {
  if (kept.children !== element.children || kept.owner !== own || kept.from !== from.full) return false;
  return to.resource !== '' && to.full !== kept.to;
}

function isAbout(decision: Decision, { from, to }: Message): boolean {
  return decision.from === from && decision.to === to;
}
