/** XEP-0133 sections 4.30 and 4.31: restarting the server and shutting it down. */
import type { Command } from '../../modulehost/commands.ts';
import type { Host } from '../../modulehost/module.ts';
import type { Field } from '../../stanza/form.ts';
import { done, formCommand, only, textOf } from './form-command.ts';

const DELAYS = [
  ['30', '30 seconds'],
  ['60', '60 seconds'],
  ['90', '90 seconds'],
  ['120', '2 minutes'],
  ['180', '3 minutes'],
  ['240', '4 minutes'],
  ['300', '5 minutes'],
] as const;

export function serviceCommands(host: Host): readonly Command[] {
  return [
    endCommand(host, {
      name: 'restart',
      label: 'Restart Service',
      deed: 'server.restart',
      title: 'Restarting the Service',
      instructions: 'Fill out this form to restart the service.',
      verb: 'restart',
    }),
    endCommand(host, {
      name: 'shutdown',
      label: 'Shut Down Service',
      deed: 'server.stop',
      title: 'Shutting Down the Service',
      instructions: 'Fill out this form to shut down the service.',
      verb: 'shut down',
    }),
  ];
}

interface EndCommand {
  readonly name: string;
  readonly label: string;
  readonly deed: 'server.stop' | 'server.restart';
  readonly title: string;
  readonly instructions: string;
  readonly verb: string;
}

/** Without a delay it happens at once. */
function endCommand(host: Host, { verb, ...command }: EndCommand): Command {
  const fields: readonly Field[] = [
    {
      name: 'delay',
      type: 'list-single',
      label: `Time delay before ${verb === 'restart' ? 'restarting' : 'shutting down'}`,
      options: DELAYS.map(([value, label]) => ({ label, value })),
    },
    { name: 'announcement', type: 'text-multi', label: 'Announcement' },
  ];
  return formCommand(host, {
    ...command,
    fields,
    async submitted(values, perform) {
      const delaySeconds = Number(only(values, 'delay') || 0);
      await perform(command.deed, { delaySeconds, announcement: textOf(values, 'announcement') });
      return done(
        delaySeconds === 0 ? `The server will ${verb} now.` : `The server will ${verb} in ${delaySeconds} seconds.`,
      );
    },
  });
}
