/**
 * XEP-0474: SASL SCRAM Downgrade Protection, and XEP-0515: TLS Channel-Binding Downgrade Protection. Both repeat inside
 * the signed exchange what somebody in the middle could have changed outside of it.
 */
import { createHash } from 'node:crypto';

/** What this stream offered, in the form of SASL that the client has chosen. */
export interface Advertised {
  readonly mechanisms: readonly string[];
  /** Of XEP-0440; empty when that was not announced. */
  readonly channelBindingTypes: readonly string[];
}

/** Neither can occur in XML, and so in no name. */
const BETWEEN_NAMES = '\x1E';
const BETWEEN_LISTS = '\x1F';

/** XEP-0515 section 5.1: the version as TLS itself has it on the wire. */
const TLS_VERSIONS: Readonly<Record<string, string>> = {
  TLSv1: '0301',
  'TLSv1.1': '0302',
  'TLSv1.2': '0303',
  'TLSv1.3': '0304',
};

/**
 * The attributes for the server's first message, each with the comma before it. `hash` is that of the SCRAM mechanism;
 * `tlsVersion` is as in `TLSv1.3`, and nothing is said of one without a number.
 */
export function downgradeAttributes(hash: string, advertised: Advertised, tlsVersion: string): string {
  const digest = createHash(hash).update(advertisedText(advertised)).digest('base64');
  const version = TLS_VERSIONS[tlsVersion];
  return `,h=${digest}${version === undefined ? '' : `,t=${version}`}`;
}

/** XEP-0474 section 6.1. */
function advertisedText({ mechanisms, channelBindingTypes }: Advertised): string {
  const text = sorted(mechanisms).join(BETWEEN_NAMES);
  if (channelBindingTypes.length === 0) return text;
  return text + BETWEEN_LISTS + sorted(channelBindingTypes).join(BETWEEN_NAMES);
}

/** By octets (RFC 4790 section 9.3); all these names are ASCII, where code units are octets. */
function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort();
}
