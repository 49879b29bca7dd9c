/** `app://snug`: the window's pages, read from the app's own folder and from nowhere else. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { texts } from './texts.ts';

const SCHEME = 'app';
const HOST = 'snug';
export const APP_ORIGIN = `${SCHEME}://${HOST}`;

/** Must be told to Electron before it is ready: a scheme without an origin could use neither modules nor storage. */
export const APP_SCHEME = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
} as const;

/**
 * SECURITY: nothing but our own files. The page talks through its message port, so it needs no network.
 * Styles may be inline, because the component library writes its theme's variables into a style element.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
} as const;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/vnd.microsoft.icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Answers requests for files below `folder`. Never rejects. */
export function createAppProtocol(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET') return answer(405, 'Only GET is answered here.');
    const path = pathBelow(folder, request.url);
    if (path === undefined) return answer(404, 'There is no such page.');
    const type = CONTENT_TYPES[extname(path)];
    if (type === undefined) return answer(404, 'There is no such page.');
    try {
      return new Response(await readFile(path), { headers: { ...HEADERS, 'content-type': type } });
    } catch {
      const isPage = path === join(folder, 'index.html');
      return isPage ? answer(503, texts.windowMissing) : answer(404, 'There is no such page.');
    }
  };
}

function answer(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
}

/** Undefined for everything that would lead out of the folder, in whatever way it is written. */
function pathBelow(folder: string, address: string): string | undefined {
  let path: string;
  try {
    const url = new URL(address);
    if (url.protocol !== `${SCHEME}:` || url.host !== HOST) return undefined;
    path = decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
  if (/[\0\\:]/.test(path)) return undefined;
  const root = normalize(folder + sep);
  const full = normalize(join(root, path === '/' ? 'index.html' : path));
  return full.startsWith(root) ? full : undefined;
}
