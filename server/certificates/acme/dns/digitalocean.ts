/** TXT records at DigitalOcean (API v2: Domains, Domain Records). The token needs the scope `domain`. */
import { z } from 'zod';
import { AcmeError } from '../acme-error.ts';
import type { DnsProvider } from './dns-provider.ts';
import { anything, callRest, type Fetch, possibleZones, type RestApi } from './rest-call.ts';

/** The least that DigitalOcean takes. */
const TTL_SECONDS = 30;
const listing = z.object({ domain_records: z.array(z.object({ id: z.int(), data: z.string() })) });
const refusal = z.object({ message: z.string() });

export function digitalOcean(token: string, fetch: Fetch): DnsProvider {
  const api: RestApi = {
    title: 'DigitalOcean',
    base: 'https://api.digitalocean.com/v2',
    authorization: `Bearer ${token}`,
    fetch,
    reasonIn: (answer) => refusal.safeParse(answer).data?.message,
  };

  async function zoneOf(name: string): Promise<string> {
    for (const zone of possibleZones(name)) {
      const path = `/domains/${encodeURIComponent(zone)}`;
      if ((await callRest(api, { path, answer: z.object({}), alsoFine: [404] })) !== undefined) return zone;
    }
    throw new AcmeError('dns-provider', `DigitalOcean knows no domain for ${name} that this token may see.`, {
      fix: 'Check that the DNS of the domain is at DigitalOcean, and that the token may change it.',
    });
  }

  async function find(zone: string, name: string, value: string): Promise<readonly number[]> {
    const path = `/domains/${encodeURIComponent(zone)}/records?type=TXT&name=${encodeURIComponent(name)}&per_page=200`;
    const records = (await callRest(api, { path, answer: listing }))?.domain_records ?? [];
    return records.filter(({ data }) => data === value).map(({ id }) => id);
  }

  return {
    title: api.title,
    async setTxt(name, value) {
      const zone = await zoneOf(name);
      if ((await find(zone, name, value)).length > 0) return;
      // Unlike everywhere else in this API, the name is relative to the domain here.
      const body = { type: 'TXT', name: name.slice(0, -zone.length - 1), data: value, ttl: TTL_SECONDS };
      const path = `/domains/${encodeURIComponent(zone)}/records`;
      await callRest(api, { method: 'POST', path, body, answer: anything });
    },
    async removeTxt(name, value) {
      const zone = await zoneOf(name);
      for (const id of await find(zone, name, value))
        await callRest(api, {
          method: 'DELETE',
          path: `/domains/${encodeURIComponent(zone)}/records/${id}`,
          answer: anything,
          alsoFine: [404],
        });
    },
  };
}
