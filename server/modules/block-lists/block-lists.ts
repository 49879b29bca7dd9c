/**
 * Real-time block lists, as Prosody's mod_muc_rtbl reads them and xmppbl.org publishes them: no XEP. Keeps out those who
 * stand on lists of unwanted addresses that others keep: strangers who write to accounts, and visitors of rooms.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import type { Jid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { BLOCK_LISTS, type BlockListsService, provide, ROSTER } from '../../modulehost/services.ts';
import type { Verdict } from '../../router/stages.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq, Message, Presence } from '../../stanza/stanza.ts';
import { Following, unsubscription } from './following.ts';
import { BlockList, readSource } from './list.ts';
import { BlockListStore, MIGRATIONS } from './store.ts';

/** Addresses whose verdict is remembered: whoever writes writes again. */
const MAX_REMEMBERED = 2_000;
/** SECURITY: without a sentence, so that it reads like the answer of an account that is not there. */
const NOBODY = new StanzaError('service-unavailable');

const source = z
  .string()
  .refine((text) => readSource(text) !== undefined)
  .meta({ description: 'a list, as in xmppbl.org/muc_bans_sha256' });

export const blockLists = defineModule({
  name: 'block-lists',
  summary: 'Keeps out people who stand on lists of unwanted addresses that others keep.',
  xeps: [],
  config: {
    sources: setting(
      z.array(source).max(10),
      [],
      'Lists of unwanted addresses, each as service and node, as in xmppbl.org/muc_bans_sha256. Lists of other servers need federation.',
      { appliesOnRestart: true },
    ),
    maxHashes: setting(
      // Some 100 bytes each in memory.
      z.int().min(1).max(1_000_000),
      50_000,
      'How many addresses of one list are read at most.',
      { appliesOnRestart: true },
    ),
  },
  migrations: MIGRATIONS,
  provides: [BLOCK_LISTS],
  needs: [ROSTER],

  start(host) {
    const { domain, ownRequests, clock, log } = host;
    const { sources, maxHashes } = host.config;
    const store = new BlockListStore(host.reader, host.writer);
    const roster = host.use(ROSTER);
    const verdicts = new Map<string, boolean>();
    const wanted = [...new Set(sources)];
    const kept = store.sources();

    const lists = wanted.flatMap((name) => {
      const found = readSource(name);
      return found === undefined ? [] : [new BlockList(found, store.hashes(name), maxHashes)];
    });
    for (const name of wanted) if (!kept.includes(name)) store.addSource(name);
    const followings = lists.map(
      (list) =>
        new Following({
          domain,
          list,
          maxHashes,
          ownRequests,
          clock,
          log,
          onChange: (added, removed) => {
            verdicts.clear();
            store.change(list.source.name, added, removed);
          },
        }),
    );
    const farewell = clock.after(0, () => {
      for (const name of kept) {
        if (wanted.includes(name)) continue;
        const former = readSource(name);
        if (former !== undefined) void ownRequests.set(former.service, unsubscription(former, domain));
        store.removeSource(name);
      }
    });

    function isHashListed(text: string): boolean {
      const hash = createHash('sha256').update(text).digest('hex');
      return lists.some((list) => list.has(hash));
    }

    const service: BlockListsService = {
      isListed(address) {
        if (lists.length === 0) return false;
        const known = verdicts.get(address.bare);
        if (known !== undefined) return known;
        const verdict = isHashListed(address.bare) || (address.local !== '' && isHashListed(address.domain));
        if (verdicts.size >= MAX_REMEMBERED) verdicts.clear();
        verdicts.set(address.bare, verdict);
        return verdict;
      },
    };

    /** Contacts are no strangers, and people of this server are its admins' business. */
    function isUnwanted(account: string, from: Jid): boolean {
      return (
        lists.length > 0 && from.domain !== domain && service.isListed(from) && !roster.hasContact(account, from.bare)
      );
    }

    return {
      provides: [provide(BLOCK_LISTS, service)],
      toServer: (message) => (followings.some((following) => following.take(message)) ? 'handled' : undefined),
      message: {
        inbound: {
          // Groupchat comes from rooms that the account went to, errors answer what it said.
          guard: ({ type, from }: Message, account): Verdict => {
            if (type === 'groupchat' || type === 'error' || !isUnwanted(account, from)) return undefined;
            return type === 'headline' ? 'handled' : NOBODY;
          },
        },
      },
      presence: {
        inbound: {
          guard: ({ type, from }: Presence, account): Verdict =>
            type === 'subscribe' && isUnwanted(account, from) ? 'handled' : undefined,
        },
      },
      passingIq: {
        inbound: {
          guard: ({ type, from }: Iq, account): Verdict =>
            (type === 'get' || type === 'set') && isUnwanted(account, from) ? NOBODY : undefined,
        },
      },
      stop: () => {
        farewell.cancel();
        for (const following of followings) following.stop();
      },
    };
  },
});
