/** The files of the web chat's page, as they were built; or, where they were not, a page that says so. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../../modulehost/web.ts';

const PATH = '/chat/';
/** What such files hold never changes: their names or their folders' have a digest or a version in them. */
const IMMUTABLE = /^(assets|converse-[^/]+)\//;
const YEAR_SECONDS = 31_536_000;

export interface ChatPageOptions {
  /** Where the built files lie. */
  readonly pageDir: string;
  readonly isEnabled: () => boolean;
  readonly domain: string;
  /** Under which the server shares files, as in `https://miller.local:5281`; the page may be open under another. */
  readonly origin: () => string | undefined;
}

export async function serveChat(server: FastifyInstance, options: ChatPageOptions): Promise<void> {
  const { pageDir, isEnabled, domain, origin } = options;
  server.addHook('onRequest', (_request, reply, next) => {
    if (isEnabled()) next();
    else sendProblem(reply, 404, 'The web chat is switched off.');
  });
  server.get('/chat', (_request, reply) => reply.redirect(PATH, 308));
  if (!existsSync(join(pageDir, 'index.html'))) {
    server.get(PATH, (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT));
    return;
  }
  server.get(`${PATH}server.json`, (_request, reply) =>
    reply.header('cache-control', 'no-cache').send({ domain, origin: origin() }),
  );
  await server.register(fastifyStatic, {
    root: pageDir,
    prefix: PATH,
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      const isImmutable = IMMUTABLE.test(relative(pageDir, path).split(sep).join('/'));
      reply.header('cache-control', isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
      reply.header('content-security-policy', contentSecurityPolicy(origin()));
      reply.header('cross-origin-resource-policy', 'same-origin');
      reply.header('permissions-policy', 'camera=(), display-capture=(), geolocation=(), microphone=()');
    },
  });
}

/**
 * SECURITY: scripts come from here alone, and what they show and ask for from here and from where this server's files
 * lie. What is still allowed is what Converse.js needs: styles in attributes; avatars that it has as data or blobs; and
 * WebAssembly, for end-to-end encryption.
 */
function contentSecurityPolicy(origin: string | undefined): string {
  const here = origin === undefined ? "'self'" : `'self' ${origin}`;
  return [
    "default-src 'none'",
    "base-uri 'none'",
    `connect-src ${here}`,
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    `img-src ${here} data: blob:`,
    "manifest-src 'self'",
    `media-src ${here} blob:`,
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
  ].join('; ');
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Snug</title>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>The web chat has not been built</h1>
<p>The server is running, but the files of this page are not there. Chat apps can connect all the same.</p>
<p>Whoever runs the server: <code>npm run build:chat</code> in Snug’s folder, then start the server again.</p>
</body>
</html>
`;
