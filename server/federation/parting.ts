/** Goodbye to one domain while the others stay: what is sent to it last has a moment to arrive. */
import type { Clock } from '../clock/clock.ts';
import type { RosterService } from '../modulehost/services.ts';
import type { FederationLinks } from './federation-options.ts';
import { isWithin } from './paired-servers.ts';

/** Everybody here goes, for people there. Resolves when that has arrived, or after `graceMs`; never rejects. */
export async function part(
  domain: string,
  {
    links,
    roster,
    clock,
    graceMs,
  }: {
    readonly links: Pick<FederationLinks, 'summaries' | 'onChange'>;
    readonly roster: Pick<RosterService, 'leave'> | undefined;
    readonly clock: Clock;
    readonly graceMs: number;
  },
): Promise<void> {
  roster?.leave((jid) => isWithin(jid.domain, domain));
  const isDone = () => links.summaries.every((one) => !isWithin(one.domain, domain) || one.queuedStanzas === 0);
  const done = Promise.withResolvers<void>();
  const timer = clock.after(graceMs, done.resolve);
  const forget = links.onChange(() => isDone() && done.resolve());
  if (isDone()) done.resolve();
  await done.promise;
  timer.cancel();
  forget();
}
