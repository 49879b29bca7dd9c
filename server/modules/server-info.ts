/** XEP-0485: PubSub Server Information. Tells everybody, where that is wished, with which servers this one talks. */
import { z } from 'zod';
import { setting } from '../config/setting.ts';
import { parseJid } from '../jid/jid.ts';
import { NS_DISCO_INFO } from '../modulehost/disco-info.ts';
import { defineModule } from '../modulehost/module.ts';
import { NODES } from '../modulehost/nodes.ts';
import type { PeerServer } from '../modulehost/peers.ts';
import { type Element, el } from '../xml/element.ts';

const NS_SERVERINFO = 'urn:xmpp:serverinfo:0';
const FORM_TYPE = 'http://jabber.org/network/serverinfo';
const NODE = 'serverinfo';
const ITEM = 'current';
/** Section 6: what changes all the time is told now and then. */
const REFRESH_MS = 5 * 60_000;
/** For so long it is believed what another server said about being named; who changes their mind waits no longer. */
const CONSENT_MS = 6 * 60 * 60_000;
/** Servers that are asked at once. */
const MAX_ASKED = 50;

interface Consent {
  readonly isGiven: boolean;
  readonly atMs: number;
}

export const serverInfo = defineModule({
  name: 'server-info',
  summary: 'Tells everybody, where that is wished, with which servers this one talks.',
  xeps: [{ xep: '0485', version: '1.0.0' }],
  needs: [NODES],
  config: {
    publish: setting(
      z.boolean(),
      false,
      'Whether everybody may see with how many other servers people here chat, and with which of those that tell as much ' +
        'themselves. It also allows those others to name this server.',
    ),
  },

  start(host) {
    const { config, clock, disco, domain, log, ownRequests, peers } = host;
    const nodes = host.use(NODES);
    const free = nodes.reserve(NODE);
    const consents = new Map<string, Consent>();
    let unlist: (() => void) | undefined;
    /** As it stands in the node. */
    let published: string | undefined;
    let isStopped = false;
    /** One after the other. */
    let work = Promise.resolve();

    /** Section 8: only who tells as much is named. */
    async function ask({ domain: peer }: PeerServer): Promise<void> {
      const jid = parseJid(peer);
      if (jid === undefined) return;
      const answer = await ownRequests.get(jid, el('query', NS_DISCO_INFO));
      const told = answer?.type === 'result' ? (answer.payload?.elements ?? []) : [];
      const isGiven = told.some((child) => child.is('feature', NS_DISCO_INFO) && child.attr('var') === NS_SERVERINFO);
      consents.set(peer, { isGiven, atMs: clock.now() });
    }

    async function askAll(all: readonly PeerServer[]): Promise<void> {
      const present = new Set(all.map((peer) => peer.domain));
      const now = clock.now();
      for (const [peer, { atMs }] of consents) {
        if (!present.has(peer) || now - atMs >= CONSENT_MS) consents.delete(peer);
      }
      await Promise.all(
        all
          .filter((peer) => !consents.has(peer.domain))
          .slice(0, MAX_ASKED)
          .map(ask),
      );
    }

    async function publish(): Promise<void> {
      const all = peers();
      await askAll(all);
      if (!config.publish || isStopped) return; // meanwhile
      const payload = describe(domain, all, (peer) => consents.get(peer)?.isGiven === true);
      const xml = payload.toXml();
      if (xml === published) return;
      const refused = await nodes.publish(NODE, { id: ITEM, payload });
      if (refused === undefined) published = xml;
      else
        log.warn({ condition: refused.condition }, 'nothing can be told about the server: somebody else has the node');
    }

    async function withdraw(): Promise<void> {
      published = undefined;
      await nodes.remove(NODE);
    }

    function follow(): void {
      if (config.publish) unlist ??= disco.add({ features: [NS_SERVERINFO] });
      else {
        unlist?.();
        unlist = undefined;
      }
      work = work
        .then(() => (config.publish ? publish() : withdraw()))
        .catch((error) => log.error({ err: error }, 'what is told about the server could not be changed'));
    }

    const timer = clock.every(REFRESH_MS, () => {
      if (config.publish) follow();
    });
    follow();

    return {
      serverForms: () =>
        config.publish
          ? [
              {
                type: 'result',
                formType: FORM_TYPE,
                fields: [
                  {
                    name: 'serverinfo-pubsub-node',
                    type: 'text-single',
                    values: [`xmpp:${nodes.address.bare}?;node=${NODE}`],
                  },
                ],
              },
            ]
          : [],
      settingChanged: follow,
      stop() {
        isStopped = true;
        timer.cancel();
        unlist?.();
        free();
      },
    };
  },
});

/** Section 4. Who is not named is counted all the same; their order tells nothing about them. */
function describe(domain: string, peers: readonly PeerServer[], isNamed: (peer: string) => boolean): Element {
  const remotes = peers.map((peer) =>
    el(
      'remote-domain',
      NS_SERVERINFO,
      { name: isNamed(peer.domain) ? peer.domain : undefined },
      peer.connections.toSorted().map((type) => el('connection', NS_SERVERINFO, { type })),
    ),
  );
  const sorted = remotes.toSorted((a, b) => compare(a.toXml(), b.toXml()));
  const federation = sorted.length === 0 ? undefined : el('federation', NS_SERVERINFO, undefined, sorted);
  return el('serverinfo', NS_SERVERINFO, undefined, el('domain', NS_SERVERINFO, { name: domain }, federation));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
