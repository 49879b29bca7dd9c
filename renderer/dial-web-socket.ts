/**
 * The way to the server in a browser: the one-time token of the address becomes a cookie, the cookie opens a WebSocket.
 *
 * SECURITY: the token stands in the fragment, which is never sent by itself, and leaves the address bar and the history
 * before anything else happens.
 */
import { RPCLink } from '@orpc/client/websocket';
import { type Dialled, NotSignedInError } from './dial.ts';

const TOKEN_PATTERN = /(?:^#|&)token=([^&]+)/;
const OPEN_MS = 10_000;

export function dialWebSocket(target: Window): () => Promise<Dialled> {
  let token = takeToken(target);
  return async () => {
    if (token !== undefined) {
      const isAccepted = await signIn(token);
      token = undefined;
      // A cookie from an earlier visit may still be good, so a stale token alone is not the end.
      if (!isAccepted && !(await isSignedIn())) throw new NotSignedInError();
    } else if (!(await isSignedIn())) {
      throw new NotSignedInError();
    }
    return await openSocket(new URL('control', socketBase(target.location)));
  };
}

function takeToken(target: Window): string | undefined {
  const token = TOKEN_PATTERN.exec(target.location.hash)?.[1];
  if (token === undefined) return undefined;
  target.history.replaceState(null, '', target.location.pathname);
  return decodeURIComponent(token);
}

async function signIn(token: string): Promise<boolean> {
  const answer = await fetch('session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return answer.ok;
}

/** A refused WebSocket looks to a page like a server that is not there; this call tells the two apart. */
async function isSignedIn(): Promise<boolean> {
  const answer = await fetch('session');
  if (!answer.ok && answer.status !== 401) throw new Error(`the server answered with ${answer.status}`);
  return answer.ok;
}

function socketBase({ protocol, host, pathname }: Location): string {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${pathname.replace(/[^/]*$/, '')}`;
}

function openSocket(url: URL): Promise<Dialled> {
  const socket = new WebSocket(url);
  // Before the first message, or one that comes with the opening would be lost.
  socket.binaryType = 'arraybuffer';
  const link = new RPCLink({ websocket: socket });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.close(), OPEN_MS);
    const closed = new Promise<void>((settle) => {
      socket.addEventListener('close', () => {
        clearTimeout(timer);
        reject(new Error('the line could not be opened'));
        settle();
      });
    });
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      resolve({ link, closed });
    });
  });
}
