/** XEP-0388 section 2.6.1: `<success/>`, and all that the client asked for along with it. */
import { type Element, el } from '../../xml/element.ts';
import type { SignedIn } from '../sasl/exchange.ts';
import type { InlineFeature } from './sasl2-inline.ts';

export const NS_SASL2 = 'urn:xmpp:sasl:2';

interface Success {
  readonly signedIn: SignedIn;
  /** What the mechanism has to say at its end. */
  readonly additional: Element | undefined;
  /** Of the tasks. */
  readonly results: readonly Element[];
  readonly features: readonly InlineFeature[];
}

/** The account is the stream's from here on. */
export async function succeed({ signedIn, additional, results, features }: Success): Promise<void> {
  const { stream, localpart } = signedIn;
  stream.authenticated(localpart);
  const answers = [...results];
  for (const feature of features) answers.push(...((await feature.complete?.(signedIn)) ?? []));
  if (!stream.isOpen) return;

  const write = () => {
    const identifier = el('authorization-identifier', NS_SASL2, undefined, stream.jid);
    stream.send(el('success', NS_SASL2, undefined, additional, identifier, answers));
  };
  for (const feature of features) {
    await feature.resume?.(signedIn, (answer) => {
      answers.push(answer);
      if (stream.isBound) write();
    });
    // XEP-0198 section 9.2: the stream goes on as it was, without features.
    if (stream.isBound || !stream.isOpen) return;
  }
  // From here to the features nothing waits: no stanza of the new session may come before them.
  for (const feature of features) if (!stream.isBound) feature.bind?.(signedIn, (answer) => answers.push(answer));
  write();
  stream.sendFeatures();
}
