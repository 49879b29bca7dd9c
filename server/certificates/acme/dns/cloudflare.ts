/** TXT records at Cloudflare (API v4: Zones, DNS Records). The token needs Zone.DNS: Edit and Zone.Zone: Read. */
import { z } from 'zod';
import { AcmeError } from '../acme-error.ts';
import type { DnsProvider } from './dns-provider.ts';
import { anything, callRest, type Fetch, possibleZones, type RestApi } from './rest-call.ts';

const TTL_SECONDS = 60;
const listing = z.object({ result: z.array(z.object({ id: z.string().min(1) })) });
const refusal = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

export function cloudflare(token: string, fetch: Fetch): DnsProvider {
  const api: RestApi = {
    title: 'Cloudflare',
    base: 'https://api.cloudflare.com/client/v4',
    authorization: `Bearer ${token}`,
    fetch,
    reasonIn: (answer) => refusal.safeParse(answer).data?.errors[0]?.message,
  };
  const zones = new Map<string, string>();

  async function zoneOf(name: string): Promise<string> {
    const known = zones.get(name);
    if (known !== undefined) return known;
    for (const zone of possibleZones(name)) {
      const found = await callRest(api, { path: `/zones?name=${encodeURIComponent(zone)}`, answer: listing });
      const id = found?.result[0]?.id;
      if (id === undefined) continue;
      zones.set(name, id);
      return id;
    }
    throw new AcmeError('dns-provider', `Cloudflare knows no zone for ${name} that this token may see.`, {
      fix: 'Check that the domain is at Cloudflare, and that the token may read its zone.',
    });
  }

  /** The same content with and without quotation marks is one record to Cloudflare, and comes back with either. */
  async function find(zone: string, name: string, value: string): Promise<readonly string[]> {
    const schema = z.object({ result: z.array(z.object({ id: z.string().min(1), content: z.string() })) });
    const path = `/zones/${zone}/dns_records?type=TXT&name=${encodeURIComponent(name)}&per_page=100`;
    const records = (await callRest(api, { path, answer: schema }))?.result ?? [];
    return records.filter(({ content }) => content.replaceAll('"', '') === value).map(({ id }) => id);
  }

  return {
    title: api.title,
    async setTxt(name, value) {
      const zone = await zoneOf(name);
      if ((await find(zone, name, value)).length > 0) return;
      const body = {
        type: 'TXT',
        name,
        content: `"${value}"`,
        ttl: TTL_SECONDS,
        comment: 'Snug: proof for a certificate',
      };
      await callRest(api, { method: 'POST', path: `/zones/${zone}/dns_records`, body, answer: anything });
    },
    async removeTxt(name, value) {
      const zone = await zoneOf(name);
      for (const id of await find(zone, name, value))
        await callRest(api, {
          method: 'DELETE',
          path: `/zones/${zone}/dns_records/${encodeURIComponent(id)}`,
          answer: anything,
          alsoFine: [404],
        });
    },
  };
}
