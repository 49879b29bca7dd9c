/** XEP-0494: Client Access Management. Shows people which apps can use their account, and lets them take that back. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { type AccessingClient, CLIENT_ACCESS, provide, TOKENS } from '../../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import { resultOf } from '../../stanza/iq.ts';
import { type Element, el } from '../../xml/element.ts';
import { Clients } from './clients.ts';
import { MIGRATIONS } from './store.ts';

const NS_CAM = 'urn:xmpp:cam:0';
const DAY_MS = 24 * 60 * 60_000;

export const clientAccess = defineModule({
  name: 'client-access',
  summary: 'Shows people which apps can use their account, and lets them take that back.',
  xeps: [{ xep: '0494', version: '0.1.0' }],
  config: {
    keepDays: setting(
      z.int().min(0).max(3_650),
      60, // two months: longer than holidays, and a phone in a drawer is still recognized
      'How many days an app that does not connect any more stays in the list of its owner. 0 forgets it at once. Apps ' +
        'that could sign in with a token are always shown.',
    ),
    maxClients: setting(
      z.int().min(1).max(1_000),
      100,
      'How many apps that are not connected the list of one account remembers; the one that was away longest goes.',
    ),
  },
  migrations: MIGRATIONS,
  provides: [CLIENT_ACCESS],
  needs: [TOKENS],

  start(host) {
    const { accounts, sessions, lifecycle, reader, writer, clock, config } = host;
    const clients = new Clients({
      accounts,
      sessions,
      lifecycle,
      tokens: host.use(TOKENS),
      reader,
      writer,
      now: () => clock.now(),
      randomId: host.randomId,
      limits: () => ({ keptMs: config.keepDays * DAY_MS, maxClients: config.maxClients }),
    });

    async function list({ account }: Request): Promise<Element> {
      return el('clients', NS_CAM, undefined, (await clients.list(account)).map(clientElement));
    }

    async function revoke(request: Request): Promise<StanzaError | undefined> {
      const id = request.payload.attr('id');
      if (id === undefined || id === '') return new StanzaError('bad-request', 'Which client is meant?');
      const { sender } = request;
      const ending = (own: readonly Session[]) => {
        // A client that shuts itself out: the answer has to leave before its stream is closed.
        if (sender !== undefined && own.includes(sender)) host.router.answer(resultOf(request.iq), sender);
      };
      switch (await clients.revoke(request.account, id, { ending })) {
        case 'revoked':
          return undefined;
        case 'unknown':
          return new StanzaError('item-not-found', 'No such client has access to this account.');
        case 'password-known':
          return new StanzaError('service-unavailable', 'This client knows the password: change it to shut it out.', {
            application: el('password-reset-required', NS_CAM),
          });
      }
    }

    const takeBack = accounts.on('passwordChanged', ({ localpart }, byResource) =>
      clients.passwordChanged(localpart, byResource),
    );
    const prune = () => {
      clients.pruneAll().catch((error) => host.log.error({ err: error }, 'old clients could not be forgotten'));
    };
    prune();
    const pruning = clock.every(DAY_MS, prune);

    return {
      iq: [iqGet([NS_CAM, 'list'], ['self'], list), iqSet([NS_CAM, 'revoke'], ['self'], revoke)],
      sasl2: [
        {
          name: 'client-access',
          async complete(signedIn) {
            await clients.signedIn(signedIn);
            return [];
          },
        },
      ],
      session: {
        bound: (session) => clients.bound(session),
        ended: (session) => clients.ended(session),
      },
      provides: [
        provide(CLIENT_ACCESS, {
          list: (account) => clients.list(account),
          revoke: (account, id, options) => clients.revoke(account, id, options),
        }),
      ],
      stop() {
        pruning.cancel();
        takeBack();
      },
    };
  },
});

/** Section 3.1. All of them have established a session, and none has less than full access. */
function clientElement(client: AccessingClient): Element {
  const { software, device } = client;
  return el(
    'client',
    NS_CAM,
    { connected: String(client.isConnected), id: client.id, type: 'session' },
    el('first-seen', NS_CAM, undefined, dateTime(client.firstSeenMs)),
    el('last-seen', NS_CAM, undefined, dateTime(client.lastSeenMs)),
    el(
      'auth',
      NS_CAM,
      undefined,
      client.knowsPassword ? el('password', NS_CAM) : undefined,
      client.hasToken ? el('fast', NS_CAM) : undefined,
    ),
    el('permission', NS_CAM, { status: 'unrestricted' }),
    el(
      'user-agent',
      NS_CAM,
      undefined,
      software === undefined ? undefined : el('software', NS_CAM, undefined, software),
      device === undefined ? undefined : el('device', NS_CAM, undefined, device),
    ),
  );
}

/** XEP-0082. */
function dateTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
