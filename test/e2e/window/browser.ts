/** Debian's chromium with a fresh profile, driven from outside. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const CHROMIUM = '/usr/bin/chromium';
export const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why the window cannot be opened here; undefined when it can. */
export function whyNoChromium(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** A profile of its own. Whatever the page reports as an error lands in `faults`. */
export async function openProfile(
  browser: Browser,
  look: Look = {},
): Promise<{ context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({
    colorScheme: look.scheme ?? 'light',
    viewport: look.size ?? { width: 1200, height: 820 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // Below the time of a test, so that it is the step that fails and not the whole.
  context.setDefaultTimeout(10_000);
  const faults: string[] = [];
  context.on('page', (page: Page) => {
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      // A server that is away and a cookie that is too old are what some tests are about.
      const isExpected = /ERR_CONNECTION_REFUSED|401 \(Unauthorized\)|WebSocket connection to/.test(message.text());
      if (message.type() === 'error' && !isExpected) faults.push(message.text());
    });
  });
  return { context, faults };
}
