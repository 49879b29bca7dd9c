/** XEP-0077: In-Band Registration. Makes accounts from within a client, changes passwords and removes accounts. */
import { z } from 'zod';
import { AccountError, type AccountErrorCode } from '../accounts/account-error.ts';
import { HourlyAttempts } from '../accounts/hourly-attempts.ts';
import { setting } from '../config/setting.ts';
import { parseJid } from '../jid/jid.ts';
import { prepareLocalpart } from '../jid/precis.ts';
import { type Admission, REGISTRATION, type Usher } from '../modulehost/invitations.ts';
import { defineModule } from '../modulehost/module.ts';
import { provide } from '../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../router/iq-table.ts';
import { errorReply, type StanzaCondition, StanzaError } from '../stanza/error.ts';
import { resultOf } from '../stanza/iq.ts';
import type { StreamFeature } from '../stream/feature.ts';
import { encryptionRequired, isEncrypted } from '../stream/features/starttls.ts';
import type { Stream } from '../stream/stream.ts';
import { StreamError } from '../stream/stream-error.ts';
import { type Element, el } from '../xml/element.ts';

const NS_REGISTER = 'jabber:iq:register';
const NS_REGISTER_FEATURE = 'http://jabber.org/features/iq-register';
const DONE = 'done';

/** Of refusals by the accounts. Section 3.1 knows `conflict` and `not-acceptable`, section 3.2 `forbidden`. */
const CONDITIONS: Readonly<Record<AccountErrorCode, StanzaCondition>> = {
  conflict: 'conflict',
  'invalid-name': 'jid-malformed',
  'invalid-time': 'not-acceptable',
  'weak-password': 'not-acceptable',
  'not-found': 'registration-required',
  'last-admin': 'forbidden',
};

export const registration = defineModule({
  name: 'registration',
  summary: 'Lets people make an account from within their client, change its password and remove it.',
  xeps: [{ xep: '0077', version: '2.4' }],
  features: [NS_REGISTER],
  config: {
    open: setting(
      z.boolean(),
      false,
      'Whether anybody who reaches this server may make an account from within a client, without an invitation.',
    ),
    approval: setting(
      z.boolean(),
      true,
      'Whether somebody who runs the server has to let in everybody who makes an account without an invitation.',
    ),
    maxWaiting: setting(
      z.int().min(1).max(10_000),
      // As many as somebody looks through in one go, and more than come to a home or an office in a day.
      50,
      'The most people who may wait to be let in. Others are asked to try again on another day.',
    ),
    maxPerHour: setting(
      z.int().min(0).max(10_000),
      // A family behind one router, with a name or two that is taken.
      5,
      'How many times an hour one address may try to make an account. 0 is no limit.',
    ),
  },

  provides: [REGISTRATION],
  start(host) {
    const { domain, accounts, config } = host;
    /** Who lets people in besides the setting. */
    const ushers = new Set<Usher>();
    const attempts = new HourlyAttempts(() => host.clock.now());
    /** Who is removing his own account: the result has to leave before the stream is closed. */
    const leaving = new Map<string, Request>();

    const feature: StreamFeature = {
      name: 'register',
      requests: [NS_REGISTER],

      offer: (stream) =>
        isOffered() && isEncrypted(stream) && stream.account === undefined ? [el('register', NS_REGISTER_FEATURE)] : [],

      receiveRequest(stream, iq, payload) {
        if (!isEncrypted(stream)) return stream.close(encryptionRequired());
        // RFC 6120 section 7.1: who has signed in binds a resource before anything else.
        if (stream.account !== undefined)
          return stream.close(new StreamError('not-authorized', 'Bind a resource first.'));
        if (!isForServer(iq)) return stream.close(new StreamError('not-authorized', 'Sign in first.'));
        const type = iq.attr('type');
        if (type === 'result' || type === 'error') return;
        const answer = strangerAsks(stream, iq, payload);
        return answer instanceof Promise ? answer.then((value) => reply(value)) : reply(answer);

        function reply(value: Element | StanzaError | undefined): void {
          if (value instanceof StanzaError) stream.send(errorReply(iq, value));
          else stream.send(el('iq', iq.xmlns, { type: 'result', id: iq.attr('id'), from: iq.attr('to') }, value));
        }
      },
    };

    function isOffered(): boolean {
      return config.open || [...ushers].some((usher) => usher.isExpecting());
    }

    function admissionOf(stream: Stream): Admission | undefined {
      for (const usher of ushers) {
        const admission = usher.admissionOf(stream);
        if (admission !== undefined) return admission;
      }
      return undefined;
    }

    /** Section 3.1.1: whoever has not signed in is taken for unregistered. */
    function strangerAsks(stream: Stream, iq: Element, query: Element) {
      const type = iq.attr('type');
      const isRequest = (type === 'get' || type === 'set') && iq.attr('id') !== undefined && iq.elements.length === 1;
      if (!isRequest || query.name !== 'query') return new StanzaError('bad-request');
      if (type === 'set' && query.child('remove') !== undefined) {
        return new StanzaError('unexpected-request', 'Sign in to the account that is to be removed.');
      }
      const admission = admissionOf(stream);
      if (!config.open && admission === undefined) return closed(type);
      if (type === 'set') return register(stream, query, admission);
      return el(
        'query',
        NS_REGISTER,
        undefined,
        el('instructions', NS_REGISTER, undefined, instructionsFor(admission)),
        el('username', NS_REGISTER, undefined, admission?.localpart),
        el('password', NS_REGISTER),
      );
    }

    function instructionsFor(admission: Admission | undefined): string {
      const choose = 'Choose a name and a password for your account on this server.';
      return admission !== undefined || !config.approval
        ? choose
        : `${choose} You can sign in once somebody who runs it has let you in.`;
    }

    function register(
      stream: Stream,
      query: Element,
      admission: Admission | undefined,
    ): Promise<StanzaError | undefined> | StanzaError {
      if (stream.negotiation.get(feature.name) === DONE) {
        return new StanzaError('not-acceptable', 'You have an account now: sign in to it.');
      }
      const username = query.childText('username')?.trim();
      const password = query.childText('password');
      if (!username || !password) return new StanzaError('not-acceptable', 'A name and a password are needed.');
      const localpart = prepareLocalpart(username);
      if (localpart === undefined) return new StanzaError('jid-malformed', 'This cannot be the name of an account.');
      if (admission !== undefined) return admit(stream, admission, localpart, password);
      // SECURITY: refusals count as well, or somebody could ask for name after name to learn who lives here.
      if (!attempts.take(stream.remoteAddress, config.maxPerHour)) {
        return new StanzaError(
          'not-acceptable',
          'Too many accounts were asked for from your address. Try again in an hour.',
          {
            type: 'wait',
          },
        );
      }
      if (isReserved(localpart)) return new StanzaError('conflict', `The name "${localpart}" is taken.`);
      return attempt(async () => {
        const approval = config.approval ? { maxWaiting: config.maxWaiting } : undefined;
        const { status } = await accounts.create({ localpart, password, role: 'member', approval });
        stream.negotiation.set(feature.name, DONE);
        host.log.info({ account: localpart, address: stream.remoteAddress, status }, 'account registered by its owner');
      });
    }

    /** Whoever has been let in is counted by who let him in. */
    async function admit(
      stream: Stream,
      admission: Admission,
      localpart: string,
      password: string,
    ): Promise<StanzaError | undefined> {
      const refusal = await admission.register(localpart, password);
      if (refusal === undefined) stream.negotiation.set(feature.name, DONE);
      return refusal;
    }

    /** SECURITY: an administrator by name (`admin.jids`) is made by administrators, and by nobody who knows the name. */
    function isReserved(localpart: string): boolean {
      return host.administration.isLikeGranted(localpart) || [...ushers].some((usher) => usher.isReserved(localpart));
    }

    /** Section 3.1: the registration that is on file; the password stays there. */
    function get(request: Request): Element | StanzaError {
      const account = ownAccountOf(request);
      if (account === undefined) return closed('get');
      return el(
        'query',
        NS_REGISTER,
        undefined,
        el('registered', NS_REGISTER),
        el(
          'instructions',
          NS_REGISTER,
          undefined,
          'You have an account here. A new password takes the place of the old one.',
        ),
        el('username', NS_REGISTER, undefined, account),
        el('password', NS_REGISTER),
      );
    }

    function set(request: Request): Promise<StanzaError | undefined> | StanzaError {
      const { payload } = request;
      const account = ownAccountOf(request);
      if (payload.child('remove') !== undefined) {
        // Section 3.2, the table of errors.
        if (payload.elements.length !== 1) return new StanzaError('bad-request', 'A removal names nothing else.');
        if (account === undefined) return new StanzaError('registration-required');
        return remove(account, request);
      }
      if (account === undefined) return closed('set');
      return changePassword(account, request);
    }

    /**
     * Section 3.2. What goes with the account is the business of whoever keeps it. For a while it can be restored, as
     * after any other deletion: whoever found a telephone unlocked can do this as well.
     */
    async function remove(account: string, request: Request): Promise<StanzaError | undefined> {
      leaving.set(account, request);
      try {
        return await attempt(async () => {
          await accounts.statuses.delete(account);
          host.log.info({ account }, 'account deleted by its owner');
        });
      } finally {
        leaving.delete(account);
      }
    }

    /** Section 3.3. Nothing of the request is repeated in an error, because it has the password in it. */
    function changePassword(account: string, request: Request): Promise<StanzaError | undefined> | StanzaError {
      const { payload: query, iq } = request;
      const username = query.childText('username')?.trim();
      const password = query.childText('password');
      if (!username || !password) return new StanzaError('bad-request', 'Your name and the new password are needed.');
      if (!isNameOf(account, username)) return new StanzaError('forbidden', 'You may change no password but your own.');
      return attempt(async () => {
        await accounts.setPassword(account, password, iq.from.resource);
        host.log.info({ account }, 'password changed by its owner');
      });
    }

    /** Localpart of the account that asks about itself, in a session of ours. */
    function ownAccountOf({ iq, sender }: Request): string | undefined {
      const isOurs = sender !== undefined && iq.from.domain === domain;
      // A guest has registered nothing, and has no password to change.
      return isOurs && accounts.get(iq.from.local)?.isGuest === false ? iq.from.local : undefined;
    }

    function isNameOf(account: string, username: string): boolean {
      return prepareLocalpart(username) === account || parseJid(username)?.full === `${account}@${domain}`;
    }

    function isForServer(iq: Element): boolean {
      const to = iq.attr('to');
      return to === undefined || parseJid(to)?.full === domain;
    }

    /** Comes before all sessions of the account are ended with `not-authorized` (section 3.2). */
    function answerLeaving({ localpart }: { readonly localpart: string }): void {
      const request = leaving.get(localpart);
      if (request !== undefined) host.router.answer(resultOf(request.iq), request.sender);
    }
    const forgetDeleted = accounts.on('disabled', answerLeaving);

    return {
      provides: [
        provide(REGISTRATION, {
          attend(usher) {
            ushers.add(usher);
            return () => ushers.delete(usher);
          },
        }),
      ],
      streamFeatures: [feature],
      iq: [
        iqGet([NS_REGISTER, 'query'], ['server', 'self'], get),
        iqSet([NS_REGISTER, 'query'], ['server', 'self'], set),
      ],
      account: { removed: answerLeaving },
      stop: () => forgetDeleted(),
    };
  },
});

/** Section 3.1: what a host says that makes no accounts in-band. */
function closed(type: 'get' | 'set'): StanzaError {
  const text = 'Accounts on this server are made by invitation.';
  return new StanzaError(type === 'get' ? 'service-unavailable' : 'not-allowed', text);
}

/** Refusals by the accounts as the sender is told them; everything else stays a fault. */
async function attempt(deed: () => Promise<unknown>): Promise<StanzaError | undefined> {
  try {
    await deed();
    return undefined;
  } catch (error) {
    if (error instanceof AccountError) return new StanzaError(CONDITIONS[error.code], error.message);
    throw error;
  }
}
