/** Converse.js as somebody puts it onto a page of their own, which knows nothing of Snug but where it is. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const CONVERSE = join(import.meta.dirname, '../../../node_modules/converse.js/dist');
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface OwnPage {
  readonly address: string;
  close(): void;
}

/** On loopback without TLS, which browsers take for safe; so its origin is another one than the server's in every part. */
export async function serveOwnPage(settings: Readonly<Record<string, unknown>>): Promise<OwnPage> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html(settings));
      return;
    }
    readFile(join(CONVERSE, normalize(pathname))).then(
      (content) =>
        response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream').end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}

function html(settings: Readonly<Record<string, unknown>>): string {
  const all = { assets_path: '/', view_mode: 'fullscreen', discover_connection_methods: false, ...settings };
  return `<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/converse.min.css"><script type="module" src="/converse.min.js"></script>
<body class="converse-fullscreen"><script type="module">converse.initialize(${JSON.stringify(all)});</script>`;
}
