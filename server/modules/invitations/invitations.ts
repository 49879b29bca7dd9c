/** XEP-0401, XEP-0445, XEP-0379: invitations. Lets people in by a link, once, and makes them contacts of who sent it. */
import { HourlyAttempts } from '../../accounts/hourly-attempts.ts';
import { GROUPS } from '../../modulehost/groups.ts';
import { INVITATIONS, JOIN_PAGES, REGISTRATION } from '../../modulehost/invitations.ts';
import { defineModule } from '../../modulehost/module.ts';
import { provide, ROSTER } from '../../modulehost/services.ts';
import { InvitationBook } from './book.ts';
import { createCommands } from './commands.ts';
import { createContactGuard } from './contacts.ts';
import { createPreauth } from './preauth.ts';
import { Redeeming } from './redeeming.ts';
import { INVITATION_SETTINGS } from './settings.ts';
import { MIGRATIONS } from './store.ts';
import { createWebDoors } from './web.ts';

const DAY_MS = 86_400_000;

export const invitations = defineModule({
  name: 'invitations',
  summary: 'Lets people in by a link, and makes them contacts of who sent it.',
  xeps: [
    { xep: '0379', version: '0.3.3' },
    { xep: '0401', version: '0.6.0' },
    { xep: '0445', version: '0.2.0' },
  ],
  config: INVITATION_SETTINGS,
  migrations: MIGRATIONS,
  provides: [INVITATIONS, JOIN_PAGES],
  needs: [GROUPS, REGISTRATION, ROSTER],

  start(host) {
    const { accounts, clock, log } = host;
    const book = new InvitationBook(host);
    const redeeming = new Redeeming(host, book);
    const attempts = new HourlyAttempts(() => clock.now());
    const { feature, usher } = createPreauth(host, book, redeeming, attempts);
    const { plain, secure } = createWebDoors(host, book, redeeming, attempts);
    const dismiss = host.use(REGISTRATION).attend(usher);
    const failed = (error: unknown) => log.error({ err: error }, 'invitations could not be brought up to date');
    redeeming.catchUp().catch(failed);
    book.sweep().catch(failed);
    const sweeping = clock.every(DAY_MS, () => void book.sweep().catch(failed));
    const forgetResets = accounts.on('passwordChanged', ({ localpart }) => {
      book.revokeResets(localpart).catch(failed);
    });

    return {
      provides: [provide(INVITATIONS, book), provide(JOIN_PAGES, { routes: plain })],
      http: secure,
      streamFeatures: [feature],
      presence: { inbound: { guard: createContactGuard(host, book, redeeming) } },
      commands: createCommands(host, book),
      session: { bound: ({ account }) => book.progress.arrived(account) },
      account: {
        removed({ localpart }) {
          book.progress.left(localpart);
          book.changed();
        },
      },
      stop() {
        sweeping.cancel();
        forgetResets();
        dismiss();
      },
    };
  },
});
