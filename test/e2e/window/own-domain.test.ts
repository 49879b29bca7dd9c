/** A domain of one's own: its records beside those that are seen, its certificate, and the router's ports. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { acquired, aReport, records } from './fake-own-domain.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;

visitEach({}, (visited) => {
  ({ control, page } = visited);
});

const card = () => page.getByRole('region', { name: 'Your domain' });
const step = (name: string) => card().getByRole('button', { name });
const dialog = () => page.getByRole('dialog');

/** The page is opened anew: it begins with the first step that needs somebody. */
async function look(): Promise<void> {
  control.liveAt();
  await page.getByText('miller.example', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: 'Federation' }).click();
  await card().waitFor();
}

const allRight = { ...aReport, records: records.map((record) => ({ ...record, verdict: 'ok' as const })) };

describe('the records', () => {
  const table = () => card().getByRole('table', { name: 'DNS records' });
  const rowsOf = (text: string) => table().locator('tbody').filter({ hasText: text });

  test('that are to be created stand beside those that are seen, each with its verdict', async () => {
    await look();
    await step('to do DNS records 2 records are to be created or corrected.').waitFor();
    const address = rowsOf('A/AAAA');
    for (const text of ['198.51.100.7', '203.0.113.9', 'differs', 'required'])
      await address.getByText(text, { exact: true }).waitFor();
    await rowsOf('_xmpps-server._tcp.miller.example').getByText('missing').waitFor();
    await rowsOf('_xmpp-server._tcp.miller.example').getByText('is right').waitFor();
  });

  test('are copied one by one, or all that are missing as a zone file has them', async () => {
    await look();
    await table().getByRole('button', { name: 'Copy the value for _xmpps-server._tcp.miller.example' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('0 5 5270 miller.example.');
    await card().getByRole('button', { name: 'Copy the missing records' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      [
        'miller.example. IN A 198.51.100.7',
        '_xmpps-client._tcp.miller.example. IN SRV 0 5 5223 miller.example.',
        '_xmpps-server._tcp.miller.example. IN SRV 0 5 5270 miller.example.',
        'rooms.miller.example. IN CNAME miller.example.',
        '',
      ].join('\n'),
    );
  });

  test('that are optional are shown when asked for', async () => {
    await look();
    expect(await rowsOf('CAA').count()).toBe(0);
    await card().getByLabel('Show optional records').check();
    await rowsOf('CAA').getByText('optional', { exact: true }).waitFor();
  });

  test('are checked again, and the step is done when they are right', async () => {
    await look();
    await table().waitFor();
    control.ownDomain.report = allRight;
    await card().getByRole('button', { name: 'Check again' }).click();
    await step('done DNS records All that is needed is there.').waitFor();
    // The step stays open for who works on it.
    await table().waitFor();
  });

  test('of a domain that no DNS knows are none: the reason is said', async () => {
    const refusal = 'miller.test is a name for tests, which no DNS knows.';
    control.ownDomain.report = { ...aReport, refusal, records: [], hints: [] };
    await look();
    await step('needs attention A domain').getByText(refusal).waitFor();
  });
});

describe('the certificate', () => {
  async function open(): Promise<void> {
    control.ownDomain.report = allRight;
    await look();
    await step('to do A certificate').waitFor();
  }

  test('is asked for only by who agrees to the terms, which are named', async () => {
    await open();
    await card().getByText('miller.example, rooms.miller.example, pubsub.miller.example').waitFor();
    await card().getByRole('button', { name: 'Get a certificate…' }).click();
    await dialog().getByText('https://authority.example/terms-2026.pdf').waitFor();
    const submit = dialog().getByRole('button', { name: 'Get the certificate' });
    expect(await submit.isDisabled()).toBe(true);
    await dialog().getByLabel('I agree to the terms').check();
    await dialog().getByLabel('E-mail address, if you like').fill('anna@miller.example');
    await submit.click();
    await dialog().waitFor({ state: 'detached' });
    expect(control.done).toContain('certificate.request');
    expect(control.config.get('acme.challenge')).toBe('http-01');
    expect(control.config.get('acme.email')).toBe('anna@miller.example');
    expect(control.config.get('acme.agreed')).toBe(true);
    await card().locator('[aria-current="step"]').getByText('Asking the authority').waitFor();
  });

  test('by a provider takes a token that nobody is shown again', async () => {
    await open();
    await card().getByRole('button', { name: 'Get a certificate…' }).click();
    await dialog().getByLabel('Snug makes a DNS record').check();
    await dialog().getByLabel('DNS provider').selectOption('desec');
    await dialog().getByLabel('API token').fill('correct-horse');
    await dialog().getByLabel('I agree to the terms').check();
    await dialog().getByRole('button', { name: 'Get the certificate' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(control.config.get('acme.dnsProvider')).toBe('desec');
    expect(control.config.get('acme.dnsToken')).toBe('correct-horse');

    await card().getByRole('button', { name: 'Give up' }).click();
    await card().getByRole('button', { name: 'Get a certificate…' }).click();
    const token = dialog().getByLabel('API token');
    expect(await token.inputValue()).toBe('');
    expect(await token.getAttribute('placeholder')).toBe('There is one. Type to replace it.');
    expect(await page.content()).not.toContain('correct-horse');
    await dialog().getByRole('button', { name: 'Get the certificate' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(control.config.get('acme.dnsToken')).toBe('correct-horse');
  });

  test('that is refused keeps the form with the reason, and nobody has agreed by accident', async () => {
    await open();
    await card().getByRole('button', { name: 'Get a certificate…' }).click();
    await dialog().getByLabel('E-mail address, if you like').fill('nobody');
    await dialog().getByLabel('I agree to the terms').check();
    await dialog().getByRole('button', { name: 'Get the certificate' }).click();
    await dialog().getByRole('alert').waitFor();
    expect(await dialog().getByRole('alert').textContent()).toContain('acme.email');
    expect(control.config.get('acme.agreed')).toBe(false);
    expect(control.done).not.toContain('certificate.request');
  });

  test('by hand shows the record to make, waits for it, and goes on', async () => {
    await open();
    control.ownDomain.become({
      state: 'waiting-for-dns',
      step: 'preparing',
      records: [{ type: 'TXT', name: '_acme-challenge.miller.example', value: 'gfj9Xq1xlWq7' }],
      note: 'The name servers do not have the record yet.',
    });
    const proof = card().getByRole('table', { name: 'Records that prove the domain' });
    await proof.getByRole('button', { name: 'Copy the value for _acme-challenge.miller.example' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('gfj9Xq1xlWq7');
    await card().getByText('The name servers do not have the record yet.').waitFor();
    await card().getByRole('button', { name: 'The records are there, go on' }).click();
    await card().locator('[aria-current="step"]').getByText('The authority looks whether').waitFor();
    expect(control.done).toContain('certificate.continue');
  });

  test('that could not be had says why, what helps, and when it is tried again', async () => {
    await open();
    control.ownDomain.become({
      failure: {
        code: 'unreachable',
        text: 'The authority could not reach this server from the internet.',
        fix: 'Forward port 80 of your router to this computer.',
        at: '2026-03-14T18:32:10.000Z',
      },
      nextAttemptAt: '2026-03-14T20:42:10.000Z',
    });
    const failure = card().getByRole('alert');
    await failure.getByText('The authority could not reach this server from the internet.').waitFor();
    await failure.getByText('Forward port 80 of your router to this computer.').waitFor();
    expect(await failure.textContent()).toContain('10 minutes ago · Tried again by itself in 2 hours');
    await card().getByRole('button', { name: 'Try again…' }).waitFor();
  });

  test('that is there says for whom, until when, and when it is renewed', async () => {
    await open();
    control.ownDomain.become(acquired);
    await step('done A certificate From a public authority, renewed by itself. Valid until 12 June 2026.').waitFor();
    await card().getByText('13 May 2026').waitFor();
    await card().getByRole('button', { name: 'Get a new one…' }).waitFor();
  });
});

describe('the way in from the internet', () => {
  async function open(): Promise<void> {
    await look();
    await step('A way in from the internet').click();
  }
  const ask = () => card().getByRole('switch', { name: 'Ask the router to forward the ports' });

  test('is asked of the router, whose answer is told without more certainty than there is', async () => {
    await open();
    await ask().press(' ');
    await card().getByText('198.51.100.7', { exact: true }).last().waitFor();
    await card().getByText('answers by NAT-PMP').waitFor();
    await card().getByText('The router forwards port 5281 to another device already.').waitFor();
    await step('needs attention A way in from the internet The router forwards some of the ports only.').waitFor();
    await card().getByText('cannot be told from here: most routers', { exact: false }).waitFor();
    await ask().press(' ');
    await step('cannot be told from here A way in from the internet Snug has not asked the router.').waitFor();
  });

  test('that the router does not give is said with its reason', async () => {
    const failure = 'No router answers by UPnP or NAT-PMP. Forward the ports by hand.';
    control.ownDomain.answer = { ...control.ownDomain.mapping, state: 'failed', failure };
    await open();
    await ask().press(' ');
    await card().getByRole('status').getByText(failure).waitFor();
  });

  test('that the provider blocks is a warning, and a name with two faces at home is none', async () => {
    const text = 'Your router’s own address is one of its provider’s network (carrier-grade NAT).';
    control.ownDomain.report = { ...aReport, hints: [...aReport.hints, { code: 'carrier-nat', text }] };
    await open();
    await step('needs attention A way in from the internet Something stands in the way.').waitFor();
    const hints = card().getByRole('list', { name: 'Good to know' });
    expect(await hints.locator('[data-obstacle="true"]').allTextContents()).toEqual([text]);
    await hints.getByText('That is fine, and spares the router', { exact: false }).waitFor();
  });
});

test('what needs attention leads from the header and the overview to this page', async () => {
  control.liveAt();
  control.meet([
    { code: 'federation-certificate-local', text: 'Other servers will not trust it.', fix: 'Get a certificate.' },
  ]);
  await page.getByRole('link', { name: 'Open Federation' }).click();
  await page.getByRole('heading', { level: 1, name: 'Federation' }).waitFor();
  const problems = page.getByRole('region', { name: 'What needs your attention' });
  await problems.getByText('Get a certificate.').waitFor();
  expect(await problems.getByRole('link').count()).toBe(0);
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByRole('link', { name: 'See what it is' }).click();
  await page.getByRole('heading', { level: 1, name: 'Federation' }).waitFor();
});
