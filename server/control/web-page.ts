/** The files of the window's page, as Vite has built them; or, where they are not built, a page that says so. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Vite writes a digest of the content into these files' names. */
const HASHED = /[\\/]assets[\\/][^\\/]+$/;
const YEAR_SECONDS = 31_536_000;

export async function servePage(server: FastifyInstance, pageDir: string): Promise<void> {
  if (existsSync(join(pageDir, 'index.html'))) {
    await server.register(fastifyStatic, {
      root: pageDir,
      cacheControl: false,
      dotfiles: 'ignore',
      setHeaders: (reply, path) => {
        const forever = `public, max-age=${YEAR_SECONDS}, immutable`;
        reply.header('cache-control', HASHED.test(path) ? forever : 'no-cache');
      },
    });
    return;
  }
  server.get('/', (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT));
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Snug</title>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>The window has not been built</h1>
<p>The server is running, but the files of its window are not there.</p>
<p>Run <code>npm run build:window</code> in Snug’s folder and start the server again. Until then the
<code>snug</code> command does everything.</p>
</body>
</html>
`;
