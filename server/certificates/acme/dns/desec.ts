/** TXT records at deSEC (desec.io, API v1): all values of a name and type are one RRset, which is read and written whole. */
import { z } from 'zod';
import { AcmeError } from '../acme-error.ts';
import type { DnsProvider } from './dns-provider.ts';
import { anything, callRest, type Fetch, type RestApi } from './rest-call.ts';

const domains = z.array(z.object({ name: z.string().min(1), minimum_ttl: z.int().positive().optional() }));
const rrset = z.object({ ttl: z.int(), records: z.array(z.string()) });
const refusal = z.object({ detail: z.string() });
/** The least that deSEC lets an ordinary domain have. */
const MINIMUM_TTL_SECONDS = 3_600;

export function desec(token: string, fetch: Fetch): DnsProvider {
  const api: RestApi = {
    title: 'deSEC',
    base: 'https://desec.io/api/v1',
    authorization: `Token ${token}`,
    fetch,
    reasonIn: (answer) => refusal.safeParse(answer).data?.detail,
  };

  async function change(name: string, edit: (records: readonly string[]) => readonly string[]): Promise<void> {
    const path = `/domains/?owns_qname=${encodeURIComponent(name)}`;
    const domain = (await callRest(api, { path, answer: domains }))?.[0];
    if (domain === undefined || !name.endsWith(`.${domain.name}`))
      throw new AcmeError('dns-provider', `deSEC knows no domain for ${name} that belongs to this token.`, {
        fix: 'Check that the domain is at deSEC, and that the token belongs to the same account.',
      });
    const subname = name.slice(0, -domain.name.length - 1);
    const place = `/domains/${encodeURIComponent(domain.name)}/rrsets/`;
    const old = await callRest(api, {
      path: `${place}${encodeURIComponent(subname)}/TXT/`,
      answer: rrset,
      alsoFine: [404],
    });
    const before = old?.records ?? [];
    const records = edit(before);
    if (records.length === before.length && records.every((record) => before.includes(record))) return;
    const ttl = old?.ttl ?? domain.minimum_ttl ?? MINIMUM_TTL_SECONDS;
    // An RRset without records is no RRset: this removes it.
    await callRest(api, {
      method: 'PATCH',
      path: place,
      body: [{ subname, type: 'TXT', ttl, records }],
      answer: anything,
    });
  }

  return {
    title: api.title,
    setTxt: (name, value) => change(name, (records) => [...new Set([...records, `"${value}"`])]),
    removeTxt: (name, value) => change(name, (records) => records.filter((record) => record !== `"${value}"`)),
  };
}
