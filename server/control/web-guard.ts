/**
 * What every request to the window in a browser must satisfy, and what every answer says.
 *
 * SECURITY: any web page can make a browser send requests to this computer. A page of another origin is known by
 * `Origin`; one that has pointed a name of its own at 127.0.0.1 (DNS rebinding) by `Host`, which then holds that name.
 */
import type { IncomingHttpHeaders } from 'node:http';

export type Refusal = 'wrong-host' | 'wrong-origin';

/** `host`: where the window lives, such as `127.0.0.1:5282`. Only the loopback's own two names are answered. */
export function isOurHost(host: string | undefined, port: number): host is string {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/**
 * Why a request is refused before anything else is looked at. Browsers send `Origin` with every POST and every web
 * socket, so there it must be given (`mustTellOrigin`); with a GET of the page itself they do not.
 */
export function findRefusal(
  headers: IncomingHttpHeaders,
  port: number,
  request: { readonly mustTellOrigin: boolean },
): Refusal | undefined {
  const { host, origin } = headers;
  if (!isOurHost(host, port)) return 'wrong-host';
  if (origin === undefined ? request.mustTellOrigin : origin !== `http://${host}`) return 'wrong-origin';
  return undefined;
}

/** Sentences for people, who meet the first one when they forward another port to this one. */
export const refusalSentences: Readonly<Record<Refusal, (port: number) => string>> = {
  'wrong-host': (port) =>
    `This page is answered at http://127.0.0.1:${port} only. To see it from another computer, forward the same port: ` +
    `ssh -L ${port}:127.0.0.1:${port} …`,
  'wrong-origin': () => 'A page of another origin asked for this, and may not.',
};

/** For every answer. `host` has been checked. */
export function securityHeaders(host: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    // Safari takes 'self' for http alone.
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/** The cookie's value; browsers send one cookie of a name for a path. */
export function readCookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
