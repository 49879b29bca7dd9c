/** XEP-0175: Best Practices for Use of SASL ANONYMOUS. Lets people in without an account, for as long as they stay. */
import { z } from 'zod';
import type { Account } from '../../accounts/account.ts';
import { addressPrefix } from '../../accounts/address-prefix.ts';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { GUESTS, provide } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import type { GuestDoor } from '../../stream/sasl/anonymous.ts';
import { createRestrictions } from './restrictions.ts';

const SWEEP_MS = 30_000;
/** Longer than a stream may take to bind a resource. */
const UNBOUND_MS = 90_000;
const UUID_BYTES = 16;

export const guests = defineModule({
  name: 'guests',
  summary: 'Lets people in without an account, for as long as they stay.',
  xeps: [{ xep: '0175', version: '1.2' }],
  config: {
    allowed: setting(
      z.boolean(),
      false,
      'Whether anybody who reaches this server may come in as a guest, without an account and a password.',
    ),
    max: setting(z.int().min(1).max(10_000), 20, 'How many guests there may be at a time.'),
    maxPerAddress: setting(
      z.int().min(1).max(10_000),
      5, // as many phones as come with one family
      'How many guests may come from one address, which a whole household may share.',
    ),
    otherServers: setting(z.boolean(), false, 'Whether guests may talk to people on other servers.'),
    maxStanzasPerMinute: setting(
      z.int().min(10).max(100_000),
      240, // nobody types four messages a second; joining a busy room takes a few dozen stanzas
      'How much a guest may send, in stanzas per minute.',
    ),
  },
  provides: [GUESTS],

  start(host) {
    const { accounts, sessions, lifecycle, clock, config, log } = host;
    /** Where the guests came from, by localpart; also those whose account is being made. */
    const origins = new Map<string, string>();

    const door: GuestDoor = {
      get isOpen() {
        return config.allowed;
      },
      async admit(address, trace) {
        const origin = addressPrefix(address);
        const fromThere = [...origins.values()].filter((other) => other === origin).length;
        if (!config.allowed) return { refusal: 'Guests are not let in here.' };
        if (origins.size >= config.max || fromThere >= config.maxPerAddress)
          return { refusal: 'There are too many guests at the moment. Try again later.' };
        const localpart = randomUuid(host.randomId(UUID_BYTES));
        origins.set(localpart, origin);
        try {
          await accounts.createGuest(localpart);
        } catch (error) {
          origins.delete(localpart);
          throw error;
        }
        log.info({ account: localpart, address, trace }, 'guest admitted');
        return { localpart };
      },
    };

    function remove({ localpart }: Pick<Account, 'localpart'>): void {
      accounts.remove(localpart).catch((error) => {
        // Another one was faster, or the server is stopping: what is left is removed at the next start.
        log.debug({ account: localpart, err: error }, 'guest not removed');
      });
    }

    /** Those who never bound a resource, or lost their stream: nobody can come back to it. */
    function sweep(): void {
      for (const guest of accounts.guests()) {
        const own = [...sessions.of(guest.localpart).values()];
        if (own.length === 0 && clock.now() - guest.createdAt >= UNBOUND_MS) remove(guest);
        for (const session of own) if (session.stream === undefined) lifecycle.end(session);
      }
    }

    // What a crash left behind: whoever they were, they are gone.
    for (const guest of accounts.guests()) remove(guest);
    const sweeping = clock.every(SWEEP_MS, sweep);

    return {
      ...createRestrictions(host),
      session: {
        ended(session: Session) {
          const account = accounts.get(session.account);
          if (account?.isGuest === true) remove(account);
        },
      },
      account: { removed: ({ localpart }) => origins.delete(localpart) },
      provides: [provide(GUESTS, door)],
      stop: () => sweeping.cancel(),
    };
  },
});

/** RFC 4122 version 4, which section 3 recommends for the localpart. */
function randomUuid(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
