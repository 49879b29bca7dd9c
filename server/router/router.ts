/**
 * The router: takes what a session sends through the sender's stages and hands it to the route that owns the
 * addressee's domain. Refusals are written to the sender here, in one place.
 */
import type { Logger } from '../log/log.ts';
import type { Session } from '../session/session.ts';
import { errorReply, StanzaError } from '../stanza/error.ts';
import type { AddressedStanza, Iq, Message, Presence, Stanza } from '../stanza/stanza.ts';
import type { Element } from '../xml/element.ts';
import { readStanza } from './read-stanza.ts';
import { InboundTable, OutboundTable } from './stages.ts';

/** Owns one domain. A promise holds up the sender's next stanzas; only IQ requests may return one. */
export interface Route {
  deliver(stanza: AddressedStanza, sender: Session | undefined): void | Promise<void>;
  /** Delivers a message once more whose recipient did not get it: it was admitted and recorded the first time. */
  redeliver?(message: Message): void;
}

/** Subscriptions and presence (RFC 6121 sections 3 and 4), owned by the roster. */
export interface PresenceHandler {
  outbound(presence: Presence, sender: Session): void;
  inbound(presence: Presence & { readonly to: NonNullable<Presence['to']> }): void;
}

export class Router {
  readonly outbound = {
    message: new OutboundTable<Message>(),
    presence: new OutboundTable<Presence>(),
    iq: new OutboundTable<Iq>(),
  };
  readonly inbound = {
    message: new InboundTable<Message>(),
    presence: new InboundTable<Presence>(),
    iq: new InboundTable<Iq>(),
  };
  /** Our own domains: the accounts' host and the services below it. */
  readonly routes = new Map<string, Route>();
  /** Everybody else's; filled while federation is on. */
  remote: Route | undefined;
  presenceHandler: PresenceHandler | undefined;
  /** Messages that our sessions have sent since the start. */
  messages = 0;
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes a stanza from one of our sessions. */
  submit(stanza: Stanza, sender: Session): void | Promise<void> {
    switch (stanza.kind) {
      case 'message':
        this.messages++;
        return this.#goOn(stanza, this.outbound.message.run(stanza, sender), sender);
      case 'iq':
        return this.#goOn(stanza, this.outbound.iq.run(stanza, sender), sender);
      case 'presence': {
        const passed = this.outbound.presence.run(stanza, sender);
        if (passed instanceof StanzaError) this.refuse(stanza, passed, sender);
        else if (passed !== 'handled') this.presenceHandler?.outbound(passed, sender);
      }
    }
  }

  #goOn(stanza: Stanza, passed: Message | Iq | 'handled' | StanzaError, sender: Session): void | Promise<void> {
    if (passed === 'handled') return;
    if (passed instanceof StanzaError) return this.refuse(stanza, passed, sender);
    return this.route(passed, sender);
  }

  /** Brings a stanza to whoever owns its addressee's domain. `sender` is set when it comes straight from a session. */
  route(stanza: AddressedStanza, sender?: Session): void | Promise<void> {
    const route = this.routes.get(stanza.to.domain) ?? this.remote;
    if (route === undefined) return this.refuse(stanza, notFederated(), sender);
    return route.deliver(stanza, sender);
  }

  /** Takes back a message that a session of ours was given and its client never got (XEP-0198 section 4). */
  redeliver(message: Message): void {
    this.routes.get(message.to.domain)?.redeliver?.(message);
  }

  /** Routes a stanza that the server made itself; its `from`, `to` and shape must be right. */
  send(element: Element): void {
    const stanza = readStanza(element);
    if (stanza === undefined)
      throw new Error(`not a stanza that can be routed: <${element.name} to='${element.attr('to')}'/>`);
    const pending = this.route(stanza);
    if (pending !== undefined)
      pending.catch((error) => this.#log.error({ err: error }, 'a stanza of the server failed'));
  }

  /** Tells the sender why, unless the stanza is itself an error or an answer (RFC 6120 section 8.3.1). */
  refuse(stanza: Stanza, error: StanzaError, sender?: Session): void {
    if (stanza.type === 'error' || stanza.type === 'result') return;
    this.answer(errorReply(stanza.element, error), sender);
  }

  /** Sends an answer back: straight to the session that asked, or to wherever its `to` leads. */
  answer(element: Element, sender?: Session): void {
    if (sender !== undefined) sender.send(element);
    else this.send(element);
  }
}

function notFederated(): StanzaError {
  return new StanzaError('not-allowed', 'Chatting with other servers is switched off on this server.');
}
