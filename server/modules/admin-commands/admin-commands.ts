/** XEP-0133: Service Administration. Lets administrators look after the server from within their chat client. */
import type { Command } from '../../modulehost/commands.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ANNOUNCEMENTS, VCARD } from '../../modulehost/services.ts';
import { StanzaError } from '../../stanza/error.ts';
import { accountCommands } from './accounts.ts';
import { NS_ADMIN } from './form-command.ts';
import { messageCommands } from './messages.ts';
import { peopleCommands } from './people.ts';
import { serviceCommands } from './service.ts';
import { endUserSession } from './sessions.ts';

export const adminCommands = defineModule({
  name: 'admin-commands',
  summary: 'Lets administrators look after the server from within their chat client.',
  xeps: [{ xep: '0133', version: '1.3.1' }],
  needs: [VCARD, ANNOUNCEMENTS],
  start: (host) => ({
    commands: [
      ...accountCommands(host),
      endUserSession(host),
      ...peopleCommands(host),
      ...messageCommands(host),
      ...serviceCommands(host),
      ...UNSUPPORTED,
    ],
  }),
});

const NO_PASSWORDS = 'This server knows no passwords, only what is needed to check them. Change it instead.';
const NO_LISTS = 'This server keeps no list of that kind for everybody; people block for themselves.';

/** Section 5: what is known of the XEP and not done here is in no list, and is refused with a reason. */
const UNSUPPORTED: readonly Command[] = [
  ...['get-user-password'].map((name) => unsupported(name, NO_PASSWORDS)),
  ...['edit-blacklist', 'add-to-blacklist-in', 'add-to-blacklist-out'].map((name) => unsupported(name, NO_LISTS)),
  ...['edit-whitelist', 'add-to-whitelist', 'add-to-whitelist-in', 'add-to-whitelist-out'].map((name) =>
    unsupported(name, NO_LISTS),
  ),
];

function unsupported(name: string, reason: string): Command {
  return {
    node: `${NS_ADMIN}#${name}`,
    title: name,
    minimumRole: 'admin',
    isUnlisted: true,
    start: () => new StanzaError('feature-not-implemented', reason),
  };
}
