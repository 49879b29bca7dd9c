/** The route of the accounts' own domain: the recipient's side of the walk (RFC 6121 section 8). */
import type { Accounts } from '../accounts/accounts.ts';
import type { Jid } from '../jid/jid.ts';
import type { Logger } from '../log/log.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { StanzaError } from '../stanza/error.ts';
import { type AddressedStanza, type Iq, type Message, NS_CLIENT, type Presence } from '../stanza/stanza.ts';
import { el } from '../xml/element.ts';
import { answerRequest, answerWith } from './answering.ts';
import { chooseRecipients } from './delivery.ts';
import type { Addressee, Answer, IqRoute, IqTable, Request } from './iq-table.ts';
import type { OwnRequests } from './own-requests.ts';
import type { Route, Router } from './router.ts';
import type { Verdict } from './stages.ts';

const NO_SESSIONS: ReadonlyMap<string, Session> = new Map();

/** Takes a message to the server itself: `handled`, a refusal, or nothing when it is not for this handler. */
export type ServerMessageHandler = (message: Message) => Verdict;

/**
 * Answers a request in the place of whoever would answer it else; undefined when it is not for this delegate. The
 * sender's next stanzas do not wait for the answer (XEP-0355 section 9, note 3).
 */
export type RequestDelegate = (request: Request) => Promise<Answer> | undefined;

/** Takes a message for which nobody is there: `handled` when it is kept. */
export type AbsentHandler = (message: Message, account: string) => Verdict;

export interface AccountsRouteOptions {
  readonly router: Router;
  readonly accounts: Pick<Accounts, 'has' | 'isThere'>;
  readonly sessions: Sessions;
  readonly requests: IqTable;
  /** Takes the answers to what the server itself has asked. */
  readonly ownRequests: Pick<OwnRequests, 'settle'>;
  readonly absent: readonly AbsentHandler[];
  readonly toServer?: readonly ServerMessageHandler[];
  readonly delegates?: readonly RequestDelegate[];
  /** True when the address may see the account's presence. */
  readonly isSubscribed?: (account: string, address: Jid) => boolean;
  readonly log: Logger;
}

export class AccountsRoute implements Route {
  readonly #options: AccountsRouteOptions;

  constructor(options: AccountsRouteOptions) {
    this.#options = options;
  }

  deliver(stanza: AddressedStanza, sender: Session | undefined): void | Promise<void> {
    const { local } = stanza.to;
    switch (stanza.kind) {
      case 'message': {
        const verdict = local === '' ? this.#messageToServer(stanza) : this.#message(stanza, local);
        return verdict === 'handled' ? undefined : this.#options.router.refuse(stanza, verdict, sender);
      }
      case 'iq':
        return this.#iq(stanza, local, sender);
      case 'presence': {
        // What contacts do about an account that is deleted must still stand when it is restored.
        if (local === '' || !this.#options.accounts.has(local)) return this.#presenceToNobody(stanza, sender);
        const { router } = this.#options;
        const admitted = router.inbound.presence.admit(stanza, local);
        if (admitted instanceof StanzaError) return router.refuse(stanza, admitted, sender);
        if (admitted !== 'handled') router.presenceHandler?.inbound({ ...admitted, to: stanza.to });
      }
    }
  }

  #messageToServer(message: Message): 'handled' | StanzaError {
    for (const handler of this.#options.toServer ?? []) {
      const verdict = handler(message);
      if (verdict !== undefined) return verdict;
    }
    return unavailable();
  }

  /** Delivers a message to whom it may concern, or keeps it; or says why not. */
  #message(message: Message, account: string): 'handled' | StanzaError {
    const { router, accounts } = this.#options;
    if (!accounts.isThere(account)) return this.#toNobody(message);
    const admitted = router.inbound.message.admit(message, account);
    if (admitted === 'handled' || admitted instanceof StanzaError) return admitted;
    return this.#handOut(admitted, account);
  }

  redeliver(message: Message): void {
    const account = message.to.local;
    const verdict = this.#options.accounts.isThere(account) ? this.#handOut(message, account) : this.#toNobody(message);
    if (verdict !== 'handled') this.#options.router.refuse(message, verdict);
  }

  /** The second half of the walk, for a message that has been admitted. */
  #handOut(admitted: Message, account: string): 'handled' | StanzaError {
    const { router, sessions, absent } = this.#options;
    const delivery = chooseRecipients(admitted.type, admitted.to.resource, sessions.of(account));
    if (delivery === 'ignore') return 'handled';
    if (delivery === 'refuse') return unavailable();
    for (const copy of router.inbound.message.copy) copy(admitted, account, delivery === 'absent' ? [] : delivery);
    if (delivery !== 'absent') {
      for (const session of delivery) session.send(admitted.element);
      return 'handled';
    }
    for (const keep of absent) {
      const verdict = keep(admitted, account);
      if (verdict !== undefined) return verdict;
    }
    return unavailable();
  }

  /** RFC 6121 section 8.5: requests to an account are answered for it; to a full JID they go to the client. */
  #iq(iq: Iq, local: string, sender: Session | undefined): void | Promise<void> {
    const { router, accounts, sessions } = this.#options;
    if (local !== '' && !accounts.isThere(local)) return this.#refuse(iq, sender);
    if (local !== '' && iq.from.bare !== iq.to.bare) {
      const admitted = router.inbound.iq.admit(iq, local);
      if (admitted === 'handled') return;
      if (admitted instanceof StanzaError) {
        return router.refuse(iq, this.#isStranger(iq.from, local) ? unavailable() : admitted, sender);
      }
    }
    if (local !== '' && iq.to.resource !== '') {
      const session = sessions.get(local, iq.to.resource);
      return session === undefined ? this.#refuse(iq, sender) : session.send(iq.element);
    }
    if (iq.type === 'get' || iq.type === 'set') return this.#request(iq, iq.type, local, sender);
    if (local === '') this.#options.ownRequests.settle(iq); // accounts themselves ask nothing
  }

  #request(iq: Iq, type: 'get' | 'set', account: string, sender: Session | undefined): void | Promise<void> {
    const addressee: Addressee = account === '' ? 'server' : iq.from.bare === iq.to.bare ? 'self' : 'account';
    const { payload } = iq;
    if (payload === undefined) return this.#refuse(iq, sender);
    const request: Request = { iq, payload, addressee, account, sender };
    if (this.#delegate(request)) return;
    const route = this.#options.requests.find(type, payload, addressee);
    if (route === undefined) return this.#refuse(iq, sender);
    const isVeiled = addressee === 'account' && this.#isStranger(iq.from, account);
    return answerRequest(this.#options, isVeiled ? veiled(route) : route, request);
  }

  /**
   * SECURITY: somebody of another server who may not see the account's presence. What it refuses to them sounds as if it
   * did not exist (RFC 6121 section 8.5.1): only what is there for everybody tells that it does.
   */
  #isStranger(from: Jid, account: string): boolean {
    return this.#isElsewhere(from) && this.#options.isSubscribed?.(account, from) !== true;
  }

  #isElsewhere({ domain }: Jid): boolean {
    return !this.#options.router.routes.has(domain);
  }

  /** True when somebody else answers. */
  #delegate(request: Request): boolean {
    for (const delegate of this.#options.delegates ?? []) {
      const answer = delegate(request);
      if (answer === undefined) continue;
      const { addressee, account, iq } = request;
      const isVeiled = addressee === 'account' && this.#isStranger(iq.from, account);
      void answerWith(this.#options, request, isVeiled ? answer.then(veil) : answer);
      return true;
    }
    return false;
  }

  /**
   * A message to nobody: silence where an account without anybody online would be silent as well, or its owner would
   * notice nothing, so that nobody elsewhere finds out unnoticed who has an account (RFC 6121 section 8.5.1 allows both).
   */
  #toNobody({ type, to, from, element }: Message): 'handled' | StanzaError {
    const delivery = chooseRecipients(type, to.resource, NO_SESSIONS);
    const isUnnoticed = delivery !== 'refuse' && element.child('body') === undefined && this.#isElsewhere(from);
    return delivery === 'ignore' || isUnnoticed ? 'handled' : unavailable();
  }

  #refuse(stanza: AddressedStanza, sender: Session | undefined): void {
    this.#options.router.refuse(stanza, unavailable(), sender);
  }

  /**
   * RFC 6121 sections 8.3 and 8.5.1. SECURITY: a probe is answered as by an account that knows the sender not, and
   * strangers hear nothing of a subscription request; our own people are told that they mistyped.
   */
  #presenceToNobody(presence: Presence & { readonly to: Jid }, sender: Session | undefined): void {
    if (presence.type === 'subscribe' && sender !== undefined) this.#refuse(presence, sender);
    if (presence.type === 'probe' && presence.to.local !== '') {
      const { element, from, to } = presence;
      // Its attributes stand in the order in which the roster module writes them.
      this.#options.router.send(
        el('presence', NS_CLIENT, { from: to.bare, to: from.bare, type: 'unsubscribed', id: element.attr('id') }),
      );
    }
  }
}

/** RFC 6121 section 8.4: an account that does not exist answers like one that is not there. */
function unavailable(): StanzaError {
  return new StanzaError('service-unavailable');
}

function veiled(route: IqRoute): IqRoute {
  return {
    ...route,
    handler: (request) => {
      const answer = route.handler(request);
      return answer instanceof Promise ? answer.then(veil) : veil(answer);
    },
  };
}

function veil(answer: Answer): Answer {
  return answer instanceof StanzaError ? unavailable() : answer;
}
