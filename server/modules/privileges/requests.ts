/** Contact lists (XEP-0356 section 4) and requests in an account's name (section 6), as a component asks for them. */
import type { Accounts } from '../../accounts/accounts.ts';
import { allows } from '../../administration/component-grants.ts';
import { parseJid } from '../../jid/jid.ts';
import type { Component } from '../../modulehost/components.ts';
import type { Router } from '../../router/router.ts';
import type { Verdict } from '../../router/stages.ts';
import { StanzaError } from '../../stanza/error.ts';
import { forwarded } from '../../stanza/forward.ts';
import { resultOf } from '../../stanza/iq.ts';
import { type Iq, NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Acting } from './acting.ts';
import { NS_PRIVILEGE } from './advert.ts';

const NS_ROSTER = 'jabber:iq:roster';

export interface PrivilegedRequestsOptions {
  readonly domain: string;
  readonly accounts: Pick<Accounts, 'has'>;
  readonly router: Router;
  readonly acting: Acting;
}

export class PrivilegedRequests {
  readonly #options: PrivilegedRequestsOptions;

  constructor(options: PrivilegedRequestsOptions) {
    this.#options = options;
  }

  /** `handled` or a refusal for what needs a privilege; undefined for everything else. */
  take(iq: Iq, component: Component): Verdict {
    const { type, payload } = iq;
    if (payload === undefined || (type !== 'get' && type !== 'set')) return undefined;
    if (payload.is('privileged_iq', NS_PRIVILEGE)) return this.#privileged(iq, type, payload, component);
    if (payload.is('query', NS_ROSTER) && this.#isAccount(iq)) return this.#roster(iq, type, component);
    return undefined;
  }

  /** Section 4.3: asked as anybody asks for their own, only that `to` is somebody else. */
  #roster(iq: Iq, type: 'get' | 'set', component: Component): Verdict {
    if (iq.from.full !== component.domain || !allows(component.grants.roster, type)) {
      return new StanzaError('forbidden', 'This component may not do that with contact lists.');
    }
    const { acting, router } = this.#options;
    acting.ask({
      principal: component.domain,
      account: iq.to,
      iq: iq.element.withAttr('to', iq.to.full),
      answered: (answer) => router.send(answer.withAttr('from', iq.to.full).withAttr('to', iq.from.full)),
    });
    return 'handled';
  }

  /** Section 6.3, condition by condition. */
  #privileged(iq: Iq, type: 'get' | 'set', payload: Element, component: Component): Verdict {
    const { acting, router } = this.#options;
    const [inner, ...others] = payload.elements;
    if (inner === undefined || others.length > 0) return new StanzaError('bad-request', 'Enclose exactly one iq.');
    if (iq.from.full !== component.domain) return forbidden('Only the component itself has privileges.');
    if (!this.#isAccount(iq)) return forbidden('This is not the bare JID of an account here.');
    if (!inner.is('iq', NS_CLIENT)) return forbidden(`The enclosed iq is not of the namespace ${NS_CLIENT}.`);
    if (inner.attr('type') !== type) return forbidden('The enclosed iq is of another type than the one around it.');
    const claimed = inner.attr('from');
    if (claimed !== undefined && parseJid(claimed)?.full !== iq.to.full) {
      return forbidden('The enclosed iq is from somebody else.');
    }
    const [request] = inner.elements;
    if (request === undefined || inner.attr('id') === undefined) {
      return new StanzaError('bad-request', 'The enclosed iq needs an id and a payload.');
    }
    const granted = component.grants.iq.find(({ xmlns }) => xmlns === request.xmlns);
    if (granted === undefined || !allows(granted.access, type)) {
      return forbidden(`This component may not send requests of this type and namespace for others.`);
    }
    acting.ask({
      principal: component.domain,
      account: iq.to,
      iq: inner,
      answered: (answer) => router.send(resultOf(iq, el('privilege', NS_PRIVILEGE, undefined, forwarded(answer)))),
    });
    return 'handled';
  }

  #isAccount({ to }: Iq): boolean {
    const { domain, accounts } = this.#options;
    return to.domain === domain && to.local !== '' && to.resource === '' && accounts.has(to.local);
  }
}

function forbidden(text: string): StanzaError {
  return new StanzaError('forbidden', text);
}
