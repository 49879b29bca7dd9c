/** XEP-0484: Fast Authentication Streamlining Tokens. Lets an app sign in again at once and without the password. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { provide, TOKENS } from '../../modulehost/services.ts';
import type { InlineFeature } from '../../stream/features/sasl2-inline.ts';
import { clientKey } from '../../stream/sasl/client-key.ts';
import type { SignedIn } from '../../stream/sasl/exchange.ts';
import { createHashedToken, hashedTokenMechanisms } from '../../stream/sasl/hashed-token.ts';
import { failure } from '../../stream/sasl/mechanism.ts';
import { type Element, el } from '../../xml/element.ts';
import { Issuer } from './issuer.ts';
import { readRequest } from './request.ts';
import { MIGRATIONS } from './store.ts';
import { carryOver, revokeAll, sweep } from './taking-back.ts';
import { Tokens } from './tokens.ts';

const NS_FAST = 'urn:xmpp:fast:0';
const DAY_MS = 24 * 60 * 60_000;

export const fast = defineModule({
  name: 'fast',
  summary: 'Lets an app sign in again at once and without the password, with a token that can be taken back.',
  xeps: [{ xep: '0484', version: '0.2.0' }],
  config: {
    lifetimeDays: setting(
      z.int().min(1).max(365),
      // A device that is put away over a long holiday stays signed in; a lost one does not for good.
      30,
      'How many days an app that is not used stays signed in. After that it needs the password again.',
    ),
    rotateAfterDays: setting(
      z.int().min(0).max(365),
      1,
      'After how many days an app gets a new token when it signs in. 0 is each time.',
    ),
    maxClients: setting(
      z.int().min(1).max(1_000),
      50,
      'How many apps of one account may have a token; the one that was longest without a new one loses it.',
    ),
  },
  migrations: MIGRATIONS,
  provides: [TOKENS],

  start(host) {
    const { accounts, sessions, clock } = host;
    const tokens = new Tokens(host.reader, host.writer);
    const issuer = new Issuer({
      tokens,
      accounts,
      now: () => clock.now(),
      randomId: host.randomId,
      limits: () => ({
        lifetimeMs: host.config.lifetimeDays * DAY_MS,
        rotateAfterMs: host.config.rotateAfterDays * DAY_MS,
        maxClients: host.config.maxClients,
      }),
    });
    /** Which client a stream belongs to, for a password that is changed there. */
    const clients = new WeakMap<object, string>();

    const feature: InlineFeature = {
      name: 'fast',

      // Section 3.1. Without `tls-0rtt`: Node's TLS takes no early data.
      offer({ transport: { tls } }) {
        if (tls === undefined) return [];
        const names = hashedTokenMechanisms(tls).map((name) => el('mechanism', NS_FAST, undefined, name));
        return [el('fast', NS_FAST, undefined, names)];
      },

      createMechanism({ stream, tls, mechanism, element, userAgent }) {
        if (!hashedTokenMechanisms(tls).includes(mechanism)) return undefined;
        const request = readRequest(element.child('fast', NS_FAST));
        const id = userAgent?.id;
        if (request === undefined || id === undefined) {
          const text = 'A token needs <fast/> and the id of the user agent.';
          return { next: () => failure('malformed-request', text) };
        }
        return createHashedToken(mechanism, tls, (proof) =>
          issuer.judge(proof, { stream, mechanism, userAgentId: id, request }),
        );
      },

      complete: (signedIn) => complete(signedIn),
    };

    async function complete(signedIn: SignedIn): Promise<readonly Element[]> {
      const { stream, tls, element, mechanism, localpart, userAgent } = signedIn;
      const id = userAgent?.id;
      if (id === undefined) return [];
      clients.set(stream, clientKey(id));
      const offered = hashedTokenMechanisms(tls);
      // An attempt with a token may have been followed by one with the password.
      if (!offered.includes(mechanism)) issuer.forget(stream);
      const wanted = element.child('request-token', NS_FAST)?.attr('mechanism');
      const issued = await issuer.settle({
        stream,
        localpart,
        userAgentId: id,
        wanted: offered.find((name) => name === wanted),
      });
      if (issued === undefined) return [];
      return [el('token', NS_FAST, { expiry: new Date(issued.expiresAtMs).toISOString(), token: issued.token })];
    }

    const takeBack = [
      accounts.on('disabled', ({ localpart }) => revokeAll(tokens, localpart)),
      // The other sessions are about to end; the client in which the owner did it keeps what it has.
      accounts.on('passwordChanged', ({ localpart }, byResource) => {
        const stream = byResource === undefined ? undefined : sessions.get(localpart, byResource)?.stream;
        carryOver(tokens, localpart, accounts.passwordVersion(localpart) ?? 0, stream && clients.get(stream));
      }),
    ];
    // An account may have been switched off while the server did not run.
    for (const localpart of tokens.accounts())
      if (accounts.get(localpart)?.isEnabled !== true) revokeAll(tokens, localpart);
    sweep(tokens, clock.now());
    const sweeping = clock.every(DAY_MS, () => sweep(tokens, clock.now()));

    return {
      sasl2: [feature],
      account: { removed: ({ localpart }) => tokens.forget(localpart) },
      provides: [
        provide(TOKENS, {
          holders: (account) => issuer.holders(account),
          revoke: (account, client) => tokens.put(account, client, new Map()),
        }),
      ],
      stop() {
        sweeping.cancel();
        for (const undo of takeBack) undo();
      },
    };
  },
});
