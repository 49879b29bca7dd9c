/** One browser for a file of tests, and for each test a household of its own with a visit to its window. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openBrowser, whyNoChromium } from './browser.ts';
import { buildWindow } from './build-window.ts';
import { FakeControl } from './fake-control.ts';
import { goTo, type PageName, type Visit, visit } from './visit.ts';

export interface Visited extends Visit {
  readonly control: FakeControl;
}

interface VisitEachOptions {
  /** The page on which each test begins. */
  readonly page?: PageName;
  /** Settings for the run, as `--set` takes them. */
  readonly overrides?: readonly string[];
}

/** Registers what comes before and after the tests of the file; `begin` is told before each. They are skipped without chromium. */
export function visitEach(options: VisitEachOptions, begin: (visited: Visited) => void): void {
  const reason = whyNoChromium();
  let browser: Browser | undefined;
  let control: FakeControl | undefined;
  let opened: Visit | undefined;

  beforeAll(async () => {
    if (reason !== undefined) return;
    await buildWindow();
    browser = await openBrowser();
  });

  afterAll(() => browser?.close());

  beforeEach(async ({ skip }) => {
    if (reason !== undefined || browser === undefined) return skip(reason);
    control = await FakeControl.open(options.overrides);
    opened = await visit(browser, control);
    if (options.page !== undefined) await goTo(opened.page, options.page);
    begin({ ...opened, control });
  });

  afterEach(async () => {
    await opened?.context.close();
    await control?.close();
  });
}
