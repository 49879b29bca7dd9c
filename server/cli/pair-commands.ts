/** The verbs for other Snug servers of the local network: `snug pair`. */
import type { Command } from 'commander';
import { type CommonOptions, withCommon } from './command-options.ts';
import type { CommandSetting } from './command-setting.ts';
import { consentToPair, listPairs, type PairOptions, refusePair, removePair } from './pair.ts';

export function addPairCommands(program: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  const pair = program.command('pair').description('chat with people of another Snug server on this network');
  withCommon(pair.command('list'))
    .description('list the servers that are there, with the words by which they are known')
    .action((options: CommonOptions) => listPairs(settingFrom(options)));
  for (const [verb, description] of [
    ['ask', 'ask the host of another server'],
    ['accept', 'agree to a server whose host has asked'],
  ] as const) {
    withCommon(pair.command(verb).argument('<domain>'))
      .description(description)
      .option('--words <six words>', 'the words of that server, as its host reads them to you')
      .action((domain: string, options: CommonOptions & PairOptions) =>
        consentToPair(verb, domain, options, settingFrom(options)),
      );
  }
  withCommon(pair.command('refuse').argument('<domain>'))
    .description('do not agree')
    .action((domain: string, options: CommonOptions) => refusePair(domain, settingFrom(options)));
  withCommon(pair.command('remove').argument('<domain>'))
    .description('end it for both, or withdraw a question')
    .action((domain: string, options: CommonOptions) => removePair(domain, settingFrom(options)));
}
