/**
 * A browser that knows one server by its name and key, and finds nobody else: whatever the page asks of others fails, and
 * is noted.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { ServerInTest } from '../server-in-test.ts';
import { ARGS, CHROMIUM, type Look } from '../window/browser.ts';

/** Without its name, the server is found at 127.0.0.1 alone. */
export async function openChromium(server: ServerInTest, knows: 'name' | 'address' = 'name'): Promise<Browser> {
  const { domain, ports } = server.process;
  // By name and by address it shows two certificates.
  const keys = [await keyHash(ports.web, domain), await keyHash(ports.web)];
  const hosts = [...(knows === 'name' ? [`MAP ${domain} 127.0.0.1`] : []), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'];
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...ARGS,
      `--host-resolver-rules=${hosts.join(', ')}`,
      // As if its certificate had been accepted; every other one is checked.
      `--ignore-certificate-errors-spki-list=${keys.join(',')}`,
    ],
  });
}

async function keyHash(port: number, servername?: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...(servername && { servername }) });
  await once(socket, 'secureConnect');
  const key = new X509Certificate(socket.getPeerCertificate().raw).publicKey.export({ type: 'spki', format: 'der' });
  socket.destroy();
  return createHash('sha256').update(key).digest('base64');
}

export interface Profile {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that the page reported: refusals by the content security policy, exceptions, files that are missing. */
  readonly faults: readonly string[];
  /** Addresses on other hosts than these that were asked for. */
  readonly strays: readonly string[];
}

export async function openProfile(
  browser: Browser,
  ownHosts: readonly string[],
  look: Look & { readonly javaScriptEnabled?: boolean } = {},
): Promise<Profile> {
  const context = await browser.newContext({
    colorScheme: look.scheme ?? 'light',
    viewport: look.size ?? { width: 1200, height: 820 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    javaScriptEnabled: look.javaScriptEnabled ?? true,
  });
  context.setDefaultTimeout(15_000);
  const faults: string[] = [];
  const strays: string[] = [];
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url}`);
  });
  const note = (address: string) => {
    const { protocol, hostname } = new URL(address);
    if (!['data:', 'blob:'].includes(protocol) && !ownHosts.includes(hostname)) strays.push(address);
  };
  page.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  return { context, page, faults, strays };
}
