/** A report as it is kept: with what it was made of, beyond what administrators are shown. */
import type { Report } from '../../modulehost/services.ts';

export interface KeptReport extends Report {
  /** The URN that the reporter's client gave; one of a registry that may grow. */
  readonly reasonUrn: string;
  /** What the reporter agrees to (XEP-0377 section 5): that the server of the reported one hears of it. */
  readonly mayTellOrigin: boolean;
  /** The same for services that collect reports. */
  readonly mayTellOthers: boolean;
  readonly messages: readonly KeptMessage[];
}

/** What the archive did not know (any more), or was not from the reported one, has an id alone. */
export interface KeptMessage {
  /** In the reporter's archive. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly atMs: number | undefined;
  readonly body: string | undefined;
}

const SPAM = 'urn:xmpp:reporting:spam';

/** Section 4 calls abuse what no more specific reason covers; so is one that is not known here. */
export function reasonOf(urn: string): Report['reason'] {
  return urn === SPAM ? 'spam' : 'abuse';
}
