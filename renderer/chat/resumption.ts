/**
 * Keeps the resource of a tab over a reload.
 *
 * COMPAT(Converse.js, 14.0.0): it resumes the session of before (XEP-0198) and then writes as `from` a resource that it
 * has just made up, which no server must take (RFC 6120 section 8.1.2.1). It takes the resource from where it looks up who
 * was signed in, when there is one.
 */

/** Converse's own, for all tabs: the bare JID of who is signed in on this device. */
const SIGNED_IN = 'conversejs-session-jid';
/** This tab's, between two lives of the page. */
const RESUMABLE = 'snug-resumable-jid';

/** What Converse shows to plugins alone. */
export interface PrivateConverse {
  /** Of who signs in; there from then on. */
  readonly session?: { get(name: 'jid'): string | undefined };
  readonly api: {
    readonly listen: Readonly<Record<'on' | 'once', (event: string, listener: (...given: never[]) => unknown) => void>>;
  };
}

export function keepResource(converse: PrivateConverse): void {
  const { listen } = converse.api;
  // A tab that is duplicated must not come up as the one that is still there: so nothing is kept while a page lives.
  let former = sessionStorage.getItem(RESUMABLE);
  sessionStorage.removeItem(RESUMABLE);
  let isSignedIn = false;
  listen.on('connected', () => {
    isSignedIn = true;
  });
  listen.on('logout', () => {
    isSignedIn = false;
  });
  addEventListener('pagehide', () => {
    const jid = converse.session?.get('jid');
    if (isSignedIn && jid !== undefined) sessionStorage.setItem(RESUMABLE, jid);
  });
  // Right before it looks.
  listen.on('beforeAttemptNonPreboundSession', (_context: never, attempt: never) => {
    const bare = localStorage.getItem(SIGNED_IN);
    if (bare !== null && former?.startsWith(`${bare}/`) === true) {
      localStorage.setItem(SIGNED_IN, former);
      listen.once('setUserJID', () => localStorage.setItem(SIGNED_IN, bare));
    }
    former = null;
    return attempt;
  });
}
