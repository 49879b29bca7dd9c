/** A visit to the window: signed in, at a fixed time, with a curve that has been growing for ten minutes. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Look, openProfile } from './browser.ts';
import type { FakeControl } from './fake-control.ts';
import { NOW, trafficSamples } from './fake-household.ts';

export const pages = [
  'overview',
  'people',
  'files',
  'network',
  'federation',
  'bridges',
  'reports',
  'audit',
  'settings',
  'logs',
] as const;
export type PageName = (typeof pages)[number];

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that the page reported, refusals by the content security policy among them. */
  readonly faults: readonly string[];
}

export async function visit(browser: Browser, control: FakeControl, look: Look = {}): Promise<Visit> {
  const { context, faults } = await openProfile(browser, look);
  const page = await context.newPage();
  // Timers run; what the time is, stands still.
  await page.clock.setFixedTime(NOW);
  await page.addInitScript(
    `sessionStorage.setItem('snug.traffic', ${JSON.stringify(JSON.stringify(trafficSamples()))})`,
  );
  await page.goto(control.address());
  await page.getByRole('heading', { level: 1, name: 'Snug is running' }).waitFor();
  return { context, page, faults };
}

export async function goTo(page: Page, name: PageName): Promise<void> {
  await page.evaluate(`location.hash = '#/${name}'`);
  await page.locator(`[data-page="${name}"] h1`).waitFor();
  const settled = {
    overview: page.getByText('Gajim 1.9.5').first(),
    people: page.getByText('anna@miller.local', { exact: true }),
    files: page.getByText('birthday.mp4'),
    network: page.getByText('lab april prosper matrix public antenna'),
    federation: page.getByRole('switch', { name: 'Allow chatting with other servers' }),
    bridges: page.getByText('telegram.miller.local', { exact: true }),
    reports: page.getByText('prince@lottery.example'),
    audit: page.getByText('clara@miller.local/web.1'),
    settings: page.getByText('lan.mdns'),
    logs: page.getByText('session ended by an administrator').first(),
  };
  await settled[name].waitFor();
}
