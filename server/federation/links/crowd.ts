/** How many streams others may have with us once they have proven who they are. */
import { addressPrefix } from '../../accounts/address-prefix.ts';
import type { LinkLimits } from './link-options.ts';
import type { LinkStream } from './link-stream.ts';

type CrowdLimits = Pick<LinkLimits, 'maxStreamsPerDomain' | 'maxStreamsPerAddress'>;

/** Why `stream` must not prove `remote` as well, as a sentence; `streams` are all that there are. */
export function refuseOneMore(
  streams: Iterable<LinkStream>,
  stream: LinkStream,
  remote: string,
  { maxStreamsPerDomain, maxStreamsPerAddress }: CrowdLimits,
): string | undefined {
  const prefix = addressPrefix(stream.remoteAddress);
  let ofDomain = 0;
  let fromAddress = 0;
  for (const other of streams) {
    if (other === stream || other.role === 'outgoing' || !other.isReady || !other.isOpen) continue;
    if (other.domains.remotes.has(remote)) ofDomain++;
    if (addressPrefix(other.remoteAddress) === prefix) fromAddress++;
  }
  if (ofDomain >= maxStreamsPerDomain) return `There are ${maxStreamsPerDomain} streams of ${remote} already.`;
  if (fromAddress < maxStreamsPerAddress) return undefined;
  return `There are ${maxStreamsPerAddress} streams from your address already.`;
}
