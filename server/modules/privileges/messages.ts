/** Messages that a component sends in the name of the server or of an account (XEP-0356 section 5). */
import type { Accounts } from '../../accounts/accounts.ts';
import type { Clock } from '../../clock/clock.ts';
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { Component } from '../../modulehost/components.ts';
import { readStanza } from '../../router/read-stanza.ts';
import type { Router } from '../../router/router.ts';
import type { Verdict } from '../../router/stages.ts';
import { readInbound } from '../../session/inbound.ts';
import { StandIn } from '../../session/stand-in.ts';
import { inClientNamespace } from '../../stanza/component-namespace.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_FORWARD } from '../../stanza/forward.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_PRIVILEGE } from './advert.ts';

const NS_DELEGATION = 'urn:xmpp:delegation:2';

export interface PrivilegedMessagesOptions {
  readonly domain: string;
  readonly accounts: Pick<Accounts, 'has'>;
  readonly router: Router;
  readonly clock: Clock;
}

export class PrivilegedMessages {
  readonly #options: PrivilegedMessagesOptions;

  constructor(options: PrivilegedMessagesOptions) {
    this.#options = options;
  }

  /** `handled` or a refusal for a message with a message for the server to send; undefined for every other one. */
  take(message: Message, component: Component): Verdict {
    const { domain, accounts } = this.#options;
    const privilege = message.element.child('privilege', NS_PRIVILEGE);
    if (privilege === undefined || message.to.full !== domain || message.type === 'error') return undefined;
    if (component.grants.message !== 'outgoing' || message.from.full !== component.domain) {
      return new StanzaError('forbidden', 'This component may not send messages for others.');
    }
    // COMPAT(slixmpp, 1.8.3): it encloses the message in the namespace of its own stream.
    const forwarded = privilege.child('forwarded', NS_FORWARD)?.elements.map(inClientNamespace);
    const enclosed = forwarded?.find((element) => element.is('message', NS_CLIENT));
    if (enclosed === undefined) return new StanzaError('bad-request', 'There is no message to send.');
    const from = parseJid(enclosed.attr('from') ?? '');
    if (from === undefined || from.domain !== domain || from.resource !== '') {
      return new StanzaError('forbidden', 'The message is not from a bare JID of this server.');
    }
    if (from.local === '') return this.#asServer(enclosed);
    if (!accounts.has(from.local)) return new StanzaError('forbidden', 'There is no such account here.');
    return this.#asAccount(enclosed, from, message, component);
  }

  /** SECURITY: what the server alone tells components about their rights is not for one of them to tell another. */
  #asServer(enclosed: Element): Verdict {
    const { domain, router } = this.#options;
    const element = enclosed
      .withAttr('from', domain)
      .without(({ xmlns }) => xmlns === NS_PRIVILEGE || xmlns === NS_DELEGATION);
    const stanza = readStanza(element);
    if (stanza === undefined) return new StanzaError('bad-request', 'The message has no valid “to”.');
    void router.route(stanza);
    return 'handled';
  }

  /** Through the account's own stages: blocked stays blocked, what is archived is archived, and other devices get a copy. */
  #asAccount(enclosed: Element, account: Jid, message: Message, component: Component): Verdict {
    const { router, clock, domain } = this.#options;
    const standIn = new StandIn({
      account,
      principal: component.domain,
      nowMs: clock.now(),
      answered: (answer) => {
        const error = answer.attr('type') === 'error' ? answer.child('error') : undefined;
        if (error !== undefined) router.send(refusal(message, domain, error));
      },
    });
    const inbound = readInbound(standIn, enclosed.withAttr('from', account.full));
    if ('end' in inbound) return new StanzaError('bad-request', inbound.end.text);
    if ('refused' in inbound) return inbound.error;
    void router.submit(inbound.stanza, standIn);
    return 'handled';
  }
}

/** The error that the enclosed message met, for the message around it. */
function refusal({ element, from }: Message, domain: string, error: Element): Element {
  return el('message', NS_CLIENT, { type: 'error', id: element.attr('id'), from: domain, to: from.full }, error);
}
