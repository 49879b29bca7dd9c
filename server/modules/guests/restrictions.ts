/**
 * What guests may not do (XEP-0175 section 3): talk to other servers, enter into anything that outlasts them, or send
 * too much. What they store goes with their account. Rooms are opened by members, unless the rooms' setting says more.
 */
import type { Hooks, Host } from '../../modulehost/module.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Stanza } from '../../stanza/stanza.ts';

const MINUTE_MS = 60_000;
/** Contact lists, registration with rooms and services, and being woken when the guest is gone already. */
const LASTING: ReadonlySet<string> = new Set(['jabber:iq:roster', 'jabber:iq:register', 'urn:xmpp:push:0']);

interface Minute {
  beganAtMs: number;
  stanzas: number;
}

type Settings = { readonly otherServers: boolean; readonly maxStanzasPerMinute: number };

export function createRestrictions(
  host: Pick<Host, 'accounts' | 'clock' | 'router'> & { readonly config: Settings },
): Pick<Hooks, 'message' | 'presence' | 'passingIq'> {
  const { accounts, clock, config, router } = host;
  const minutes = new WeakMap<Session, Minute>();

  function guard(stanza: Stanza, sender: Session): StanzaError | undefined {
    if (accounts.get(sender.account)?.isGuest !== true) return undefined;
    if (isTooMuch(sender)) return new StanzaError('resource-constraint', 'You are sending too much. Wait a minute.');
    if (stanza.to !== undefined && !config.otherServers && !router.routes.has(stanza.to.domain))
      return new StanzaError('not-allowed', 'Guests may talk to people on this server only.');
    if (isLasting(stanza)) return new StanzaError('not-allowed', 'A guest cannot do this: it needs an account.');
    return undefined;
  }

  function isTooMuch(session: Session): boolean {
    const now = clock.elapsedMs();
    const minute = minutes.get(session) ?? { beganAtMs: now, stanzas: 0 };
    minutes.set(session, minute);
    if (now - minute.beganAtMs >= MINUTE_MS) {
      minute.beganAtMs = now;
      minute.stanzas = 0;
    }
    return ++minute.stanzas > config.maxStanzasPerMinute;
  }

  return {
    message: { outbound: { guard } },
    presence: { outbound: { guard } },
    passingIq: { outbound: { guard } },
  };
}

function isLasting(stanza: Stanza): boolean {
  if (stanza.kind === 'presence') return stanza.type === 'subscribe' || stanza.type === 'subscribed';
  return stanza.kind === 'iq' && stanza.type === 'set' && LASTING.has(stanza.payload?.xmlns ?? '');
}
