/** XEP-0133 sections 4.23 to 4.28: what everybody is told. */
import type { Command } from '../../modulehost/commands.ts';
import type { Host } from '../../modulehost/module.ts';
import { ANNOUNCEMENTS } from '../../modulehost/services.ts';
import { counted, done, formCommand, plainCommand, textOf } from './form-command.ts';

const ANNOUNCEMENT = { name: 'announcement', type: 'text-multi', label: 'Announcement', isRequired: true } as const;
const MOTD = { name: 'motd', type: 'text-multi', label: 'Message of the Day', isRequired: true } as const;
const WELCOME = { name: 'welcome', type: 'text-multi', label: 'Welcome Message', isRequired: true } as const;

export function messageCommands(host: Host): readonly Command[] {
  const standing = host.use(ANNOUNCEMENTS);
  return [
    formCommand(host, {
      name: 'announce',
      label: 'Send Announcement to Online Users',
      deed: 'announcements.send',
      title: 'Making an Announcement',
      instructions: 'Fill out this form to make an announcement to all active users of this service.',
      fields: [ANNOUNCEMENT],
      async submitted(values, perform) {
        const accounts = await perform('announcements.send', { text: textOf(values, 'announcement') });
        return done(`${counted(accounts, 'account has', 'accounts have')} been told.`);
      },
    }),
    formCommand(host, {
      name: 'set-motd',
      label: 'Set Message of the Day',
      deed: 'motd.set',
      title: 'Setting the Message of the Day',
      instructions: 'Fill out this form to set the message of the day.',
      fields: [MOTD],
      async submitted(values, perform) {
        await perform('motd.set', { text: textOf(values, 'motd') });
        return done('The message of the day has been set.');
      },
    }),
    formCommand(host, {
      name: 'edit-motd',
      label: 'Edit Message of the Day',
      deed: 'motd.edit',
      title: 'Editing the Message of the Day',
      instructions: 'Fill out this form to edit the message of the day.',
      fields: () => [{ ...MOTD, values: linesOf(standing.motd) }],
      async submitted(values, perform) {
        await perform('motd.edit', { text: textOf(values, 'motd') });
        return done('The message of the day has been corrected for those who have not seen it yet.');
      },
    }),
    plainCommand(
      host,
      { name: 'delete-motd', label: 'Delete Message of the Day', deed: 'motd.remove' },
      async (perform) => {
        await perform('motd.remove', {});
        return done('There is no message of the day any more.');
      },
    ),
    formCommand(host, {
      name: 'set-welcome',
      label: 'Set Welcome Message',
      deed: 'welcome.set',
      title: 'Setting Welcome Message',
      instructions: 'Fill out this form to set the welcome message for this service.',
      fields: () => [{ ...WELCOME, values: linesOf(standing.welcome) }],
      async submitted(values, perform) {
        await perform('welcome.set', { text: textOf(values, 'welcome') });
        return done('The welcome message has been set.');
      },
    }),
    plainCommand(
      host,
      { name: 'delete-welcome', label: 'Delete Welcome Message', deed: 'welcome.remove' },
      async (perform) => {
        await perform('welcome.remove', {});
        return done('There is no welcome message any more.');
      },
    ),
  ];
}

/** XEP-0004 section 3.3: each line of a `text-multi` field is a value. */
function linesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split('\n');
}
