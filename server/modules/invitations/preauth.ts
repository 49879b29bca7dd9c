/** XEP-0445: Pre-Authenticated In-Band Registration. A token opens registration for the stream that presents it. */
import type { HourlyAttempts } from '../../accounts/hourly-attempts.ts';
import type { Invitation } from '../../administration/invitation.ts';
import { parseJid } from '../../jid/jid.ts';
import type { Admission, Usher } from '../../modulehost/invitations.ts';
import { errorReply, StanzaError } from '../../stanza/error.ts';
import type { StreamFeature } from '../../stream/feature.ts';
import { encryptionRequired, isEncrypted } from '../../stream/features/starttls.ts';
import type { Stream } from '../../stream/stream.ts';
import { StreamError } from '../../stream/stream-error.ts';
import { type Element, el } from '../../xml/element.ts';
import { givesAccount, type InvitationBook, type InvitationsHost } from './book.ts';
import { type Redeeming, whyNot } from './redeeming.ts';

const NS_IBR_TOKEN = 'urn:xmpp:ibr-token:0';
export const NS_PARS = 'urn:xmpp:pars:0';
/** In `stream.negotiation`. */
const NAME = 'invitation';

/** SECURITY: names that are taken must not be found out by trying, nor tokens. */
export function tooMany(): StanzaError {
  const text = 'Too many attempts came from your address. Try again in an hour.';
  return new StanzaError('not-acceptable', text, { type: 'wait' });
}

export function createPreauth(
  { config, domain }: InvitationsHost,
  book: InvitationBook,
  redeeming: Redeeming,
  attempts: HourlyAttempts,
): { readonly feature: StreamFeature; readonly usher: Usher } {
  const feature: StreamFeature = {
    name: NAME,
    requests: [NS_PARS],

    offer: (stream) => (isEncrypted(stream) && stream.account === undefined ? [el('register', NS_IBR_TOKEN)] : []),

    receiveRequest(stream, iq, payload) {
      if (!isEncrypted(stream)) return stream.close(encryptionRequired());
      const to = iq.attr('to');
      if (stream.account !== undefined || (to !== undefined && parseJid(to)?.full !== domain)) {
        return stream.close(new StreamError('not-authorized', 'Nothing else can be asked for at this point.'));
      }
      const type = iq.attr('type');
      if (type === 'result' || type === 'error') return;
      const refusal = present(stream, iq, payload);
      if (refusal === undefined) stream.send(el('iq', iq.xmlns, { type: 'result', id: iq.attr('id'), from: domain }));
      else stream.send(errorReply(iq.withChildren([]), refusal)); // the token is not repeated
    },
  };

  /** Section 4. What was presented before stands when this is refused. */
  function present(stream: Stream, iq: Element, payload: Element): StanzaError | undefined {
    const token = payload.attr('token');
    const isRequest = iq.attr('type') === 'set' && iq.attr('id') !== undefined && iq.elements.length === 1;
    if (!isRequest || payload.name !== 'preauth' || token === undefined) return new StanzaError('bad-request');
    const found = book.find(token)?.invitation;
    const reason =
      whyNot(found) ?? (found && !givesAccount(found) ? 'This invitation gives no account here.' : undefined);
    if (found !== undefined && reason === undefined) {
      stream.negotiation.set(NAME, found);
      return undefined;
    }
    if (!attempts.take(stream.remoteAddress, config.maxAttemptsPerHour)) return tooMany();
    return new StanzaError('item-not-found', reason);
  }

  const usher: Usher = {
    isExpecting: () => book.isAccountAwaited(),
    isReserved: (localpart) => book.isReserved(localpart),
    admissionOf(stream): Admission | undefined {
      const invitation = stream.negotiation.get(NAME) as Invitation | undefined;
      if (invitation === undefined) return undefined;
      return {
        localpart: invitation.localpart,
        async register(localpart, password) {
          if (!attempts.take(stream.remoteAddress, config.maxAttemptsPerHour)) return tooMany();
          return await redeeming.register(invitation, localpart, password);
        },
      };
    },
  };
  return { feature, usher };
}
