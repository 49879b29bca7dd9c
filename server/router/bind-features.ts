/** Bind 2 (XEP-0386) on the side of sessions: the resource, the client's earlier sessions, and what modules add. */
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { StanzaError } from '../stanza/error.ts';
import type { Bind2Request } from '../stream/features/bind2.ts';
import type { Stream } from '../stream/stream.ts';
import type { Element } from '../xml/element.ts';
import type { SessionLifecycle } from './session-lifecycle.ts';

/** What a module does in a session that begins with Bind 2. */
export interface BindFeature {
  /** For `<feature var=''/>`. Left out when nobody asks for it: it happens in all such sessions. */
  readonly name?: string;
  /**
   * The resource has been bound, and nothing has been written yet; `request` is `<bind/>`. What it returns stands in
   * `<bound/>`. Synchronous, because all of it together is one moment in the life of the account.
   */
  bound(session: Session, request: Element): Element | undefined;
}

export interface BindFeaturesOptions {
  readonly sessions: Sessions;
  readonly lifecycle: SessionLifecycle;
  readonly features: readonly BindFeature[];
  /** For clients that do not say who they are. */
  readonly newIdentifier: () => string;
}

/** Binds, and gives what stands in `<bound/>`; undefined when there is no resource to be had. */
export function bindWithFeatures(
  options: BindFeaturesOptions,
  stream: Stream,
  { tag, identifier, element }: Bind2Request,
): readonly Element[] | undefined {
  const { sessions, lifecycle, features } = options;
  const account = stream.account ?? '';
  if (identifier !== undefined) {
    // Section 3.2: the client is here now, so it cannot be in its earlier sessions any more.
    for (const session of [...sessions.of(account).values()])
      if (isOfClient(session, identifier))
        lifecycle.end(session, { condition: 'conflict', text: 'The same client signed in again.' });
  }
  const own = identifier ?? options.newIdentifier();
  const jid = lifecycle.bind(stream, tag === undefined ? own : `${tag}/${own}`);
  if (jid instanceof StanzaError) return undefined;
  const session = sessions.get(account, jid.slice(jid.indexOf('/') + 1));
  return session === undefined ? [] : features.flatMap((feature) => feature.bound(session, element) ?? []);
}

/** Whatever tag it had then: a new version of a client may have a new one. */
function isOfClient({ jid: { resource } }: Session, identifier: string): boolean {
  return resource === identifier || resource.endsWith(`/${identifier}`);
}
