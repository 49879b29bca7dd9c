/** DNS providers, played back from what their public documentation says that they answer. */
import { describe, expect, test } from 'vitest';
import type { AcmeError } from '../../../server/certificates/acme/acme-error.ts';
import { cloudflare } from '../../../server/certificates/acme/dns/cloudflare.ts';
import { desec } from '../../../server/certificates/acme/dns/desec.ts';
import { digitalOcean } from '../../../server/certificates/acme/dns/digitalocean.ts';
import type { DnsProvider } from '../../../server/certificates/acme/dns/dns-provider.ts';
import type { Fetch } from '../../../server/certificates/acme/dns/rest-call.ts';

const TOKEN = 'v1-very-secret-token';
const NAME = '_acme-challenge.chat.pine.org';

interface Exchange {
  /** `METHOD path`. */
  readonly call: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer?: unknown;
}

interface Asked {
  readonly call: string;
  readonly authorization: string | null;
  readonly body: unknown;
}

/** Answers in that order, and fails for anything else. */
function playback(base: string, ...exchanges: readonly Exchange[]) {
  const asked: Asked[] = [];
  const waiting = [...exchanges];
  const fetch: Fetch = (url, init) => {
    const call = `${init.method} ${url.replace(base, '')}`;
    const headers = new Headers(init.headers);
    asked.push({
      call,
      authorization: headers.get('authorization'),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    });
    const next = waiting.shift();
    if (next?.call !== call) return Promise.reject(new Error(`unexpected ${call}, not ${next?.call}`));
    const { status = 200, answer } = next;
    const body = answer === undefined ? null : JSON.stringify(answer);
    return Promise.resolve(new Response(body, { status, ...(next.headers && { headers: next.headers }) }));
  };
  return { fetch, asked, isOver: () => waiting.length === 0 };
}

async function failure(deed: Promise<unknown>): Promise<AcmeError> {
  try {
    await deed;
  } catch (error) {
    return error as AcmeError;
  }
  throw new Error('it did not fail');
}

describe('Cloudflare', () => {
  const BASE = 'https://api.cloudflare.com/client/v4';
  const fine = { success: true, errors: [], messages: [] };
  const list = `GET /zones/z1/dns_records?type=TXT&name=${NAME}&per_page=100`;
  const zone = [
    { call: `GET /zones?name=${NAME}`, answer: { ...fine, result: [] } },
    { call: 'GET /zones?name=chat.pine.org', answer: { ...fine, result: [] } },
    {
      call: 'GET /zones?name=pine.org',
      answer: { ...fine, result: [{ id: 'z1', name: 'pine.org', status: 'active' }] },
    },
  ];

  test('a record is added in the longest zone that holds the name', async () => {
    const { fetch, asked, isOver } = playback(
      BASE,
      ...zone,
      { call: list, answer: { ...fine, result: [{ id: 'r0', type: 'TXT', content: '"another"' }] } },
      { call: 'POST /zones/z1/dns_records', answer: { ...fine, result: { id: 'r1' } } },
    );
    await cloudflare(TOKEN, fetch).setTxt(NAME, 'proof');
    expect(isOver()).toBe(true);
    expect(asked.at(-1)).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      body: { type: 'TXT', name: NAME, content: '"proof"', ttl: 60 },
    });
  });

  test('one that is there already is not added twice, and only the right one is removed', async () => {
    const records = [
      { id: 'r0', type: 'TXT', content: '"another"' },
      { id: 'r1', type: 'TXT', content: 'proof' },
    ];
    const { fetch, isOver } = playback(
      BASE,
      ...zone,
      { call: list, answer: { ...fine, result: records } },
      { call: list, answer: { ...fine, result: records } },
      { call: 'DELETE /zones/z1/dns_records/r1', answer: { ...fine, result: { id: 'r1' } } },
    );
    const dns = cloudflare(TOKEN, fetch);
    await dns.setTxt(NAME, 'proof');
    await dns.removeTxt(NAME, 'proof');
    expect(isOver()).toBe(true);
  });

  test('what it refuses is said in its words', async () => {
    const errors = [{ code: 1004, message: 'DNS Validation Error' }];
    const { fetch } = playback(BASE, {
      ...zone[0],
      call: `GET /zones?name=${NAME}`,
      status: 400,
      answer: { success: false, errors },
    });
    expect((await failure(cloudflare(TOKEN, fetch).setTxt(NAME, 'proof'))).message).toBe(
      'Cloudflare refuses (400): DNS Validation Error.',
    );
  });

  test('a domain that is not there is said', async () => {
    const empty = { ...fine, result: [] };
    const names = [NAME, 'chat.pine.org', 'pine.org'];
    const { fetch } = playback(BASE, ...names.map((name) => ({ call: `GET /zones?name=${name}`, answer: empty })));
    expect((await failure(cloudflare(TOKEN, fetch).setTxt(NAME, 'x'))).message).toBe(
      `Cloudflare knows no zone for ${NAME} that this token may see.`,
    );
  });
});

describe('deSEC', () => {
  const BASE = 'https://desec.io/api/v1';
  const owner = { call: `GET /domains/?owns_qname=${NAME}`, answer: [{ name: 'pine.org', minimum_ttl: 3600 }] };
  const rrset = 'GET /domains/pine.org/rrsets/_acme-challenge.chat/TXT/';
  const change = 'PATCH /domains/pine.org/rrsets/';
  const written = (...records: readonly string[]) => [
    { subname: '_acme-challenge.chat', type: 'TXT', ttl: 3600, records },
  ];

  test('a first value makes the record set, a second one joins it', async () => {
    const { fetch, asked, isOver } = playback(
      BASE,
      owner,
      { call: rrset, status: 404, answer: { detail: 'Not found.' } },
      { call: change, answer: written('"one"') },
      owner,
      { call: rrset, answer: written('"one"')[0] },
      { call: change, answer: written('"one"', '"two"') },
    );
    const dns = desec(TOKEN, fetch);
    await dns.setTxt(NAME, 'one');
    await dns.setTxt(NAME, 'two');
    expect(isOver()).toBe(true);
    expect([asked[2]?.body, asked[5]?.body]).toEqual([written('"one"'), written('"one"', '"two"')]);
    expect(asked[0]?.authorization).toBe(`Token ${TOKEN}`);
  });

  test('a value is taken away and the others stay; the last one takes the set with it', async () => {
    const { fetch, asked, isOver } = playback(
      BASE,
      owner,
      { call: rrset, answer: written('"one"', '"two"')[0] },
      { call: change, answer: written('"two"') },
      owner,
      { call: rrset, answer: written('"two"')[0] },
      { call: change, answer: [] },
      owner,
      { call: rrset, status: 404, answer: { detail: 'Not found.' } },
    );
    const dns = desec(TOKEN, fetch);
    await dns.removeTxt(NAME, 'one');
    await dns.removeTxt(NAME, 'two');
    await dns.removeTxt(NAME, 'two');
    expect(isOver()).toBe(true);
    expect([asked[2]?.body, asked[5]?.body]).toEqual([written('"two"'), written()]);
  });

  test('a limit says how long to wait', async () => {
    const { fetch } = playback(BASE, {
      ...owner,
      status: 429,
      headers: { 'retry-after': '17' },
      answer: { detail: 'Request was throttled. Expected available in 17 seconds.' },
    });
    expect((await failure(desec(TOKEN, fetch).setTxt(NAME, 'x'))).retryAfterMs).toBe(17_000);
  });
});

describe('DigitalOcean', () => {
  const BASE = 'https://api.digitalocean.com/v2';
  const missing = {
    status: 404,
    answer: { id: 'not_found', message: 'The resource you were accessing could not be found.' },
  };
  const zone = [
    { call: `GET /domains/${NAME}`, ...missing },
    { call: 'GET /domains/chat.pine.org', ...missing },
    { call: 'GET /domains/pine.org', answer: { domain: { name: 'pine.org', ttl: 1800, zone_file: '' } } },
  ];
  const list = `GET /domains/pine.org/records?type=TXT&name=${NAME}&per_page=200`;
  const record = { id: 28448433, type: 'TXT', name: '_acme-challenge.chat', data: 'proof', ttl: 30 };

  test('a record is added under its name within the domain', async () => {
    const { fetch, asked, isOver } = playback(
      BASE,
      ...zone,
      { call: list, answer: { domain_records: [], links: {}, meta: { total: 0 } } },
      { call: 'POST /domains/pine.org/records', status: 201, answer: { domain_record: record } },
    );
    await digitalOcean(TOKEN, fetch).setTxt(NAME, 'proof');
    expect(isOver()).toBe(true);
    expect(asked.at(-1)).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      body: { type: 'TXT', name: '_acme-challenge.chat', data: 'proof', ttl: 30 },
    });
  });

  test('only the right one is removed', async () => {
    const { fetch, isOver } = playback(
      BASE,
      ...zone,
      { call: list, answer: { domain_records: [{ ...record, id: 1, data: 'another' }, record] } },
      { call: 'DELETE /domains/pine.org/records/28448433', status: 204 },
    );
    await digitalOcean(TOKEN, fetch).removeTxt(NAME, 'proof');
    expect(isOver()).toBe(true);
  });
});

describe.each<[string, (fetch: Fetch) => DnsProvider]>([
  ['Cloudflare', (fetch) => cloudflare(TOKEN, fetch)],
  ['deSEC', (fetch) => desec(TOKEN, fetch)],
  ['DigitalOcean', (fetch) => digitalOcean(TOKEN, fetch)],
])('at %s', (title, open) => {
  const answering =
    (status: number, body: string): Fetch =>
    () =>
      Promise.resolve(new Response(body, { status }));

  test.each([
    [
      'a token that is not accepted',
      answering(401, '{"message":"Unable to authenticate you"}'),
      'does not accept the token (401)',
    ],
    [
      'a page that is no answer',
      answering(200, '<html>captive portal</html>'),
      'answers in a way that Snug does not understand',
    ],
    ['a fault of theirs', answering(503, 'down'), 'has a fault of its own at this moment (503)'],
    ['a line that is cut', () => Promise.reject(new TypeError('fetch failed')), 'cannot be reached'],
  ] as const)('%s is said, without the token', async (_, fetch, sentence) => {
    const error = await failure(open(fetch as Fetch).setTxt(NAME, 'proof'));
    expect(error.message).toContain(`${title} ${sentence}`);
    expect(error.code).toBe('dns-provider');
    expect(`${error.message}${error.fix}${error.stack}`).not.toContain(TOKEN);
  });
});
