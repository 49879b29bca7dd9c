/** XEP-0065: SOCKS5 Bytestreams. Carries files between two apps that cannot reach each other directly. */
import { createHash } from 'node:crypto';
import { parseJid } from '../../jid/jid.ts';
import { defineModule, type Problem } from '../../modulehost/module.ts';
import { ServiceRoute } from '../../modulehost/service-route.ts';
import { PROXY, provide } from '../../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { type Activation, Bytestreams } from './bytestreams.ts';
import { chooseHost } from './host.ts';
import { explain, listen, type ProxyListener } from './listener.ts';
import { PROXY_SETTINGS } from './settings.ts';

const NS_BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
const SUBDOMAIN = 'proxy';
const NAME = 'File transfer';
const SWEEP_MS = 5_000;

export const proxy = defineModule({
  name: 'proxy',
  summary: 'Carries files between two apps that cannot reach each other directly.',
  xeps: [{ xep: '0065', version: '1.8.2' }],
  config: PROXY_SETTINGS,
  provides: [PROXY],

  start(host) {
    const { accounts, clock, config, log, network, router } = host;
    const { port } = config;
    if (port === 'off') return { provides: [provide(PROXY, { port: Promise.resolve(null) })] };
    const domain = `${SUBDOMAIN}.${host.domain}`;
    const streams = new Bytestreams(config, () => clock.elapsedMs());
    let problem: Problem | undefined;
    const opening: Promise<ProxyListener | undefined> = listen(network.listenAddress, port, (socket) =>
      streams.accept(socket),
    ).catch((error) => {
      problem = explain(error, port);
      log.error({ err: error, port }, `${problem.text} ${problem.fix}`);
      return undefined;
    });
    const timer = clock.every(SWEEP_MS, () => streams.sweep());

    /** Section 4. */
    async function address({ iq, sender }: Request): Promise<Element | StanzaError> {
      if (!mayUse(iq.from.domain, iq.from.local)) return forbidden();
      const listener = await opening;
      if (listener === undefined) return new StanzaError('not-allowed', 'The proxy is out of order.');
      const name = chooseHost({
        configured: config.host,
        domain: host.domain,
        listenAddress: network.listenAddress,
        localNetworks: network.localNetworks(),
        clientAddress: sender?.remoteAddress,
      });
      const streamhost = el('streamhost', NS_BYTESTREAMS, { jid: domain, host: name, port: String(listener.port) });
      return el('query', NS_BYTESTREAMS, undefined, streamhost);
    }

    /** Section 6.3.5. SECURITY: the hash is made from the address that the request really comes from. */
    function activate({ iq, payload }: Request): StanzaError | undefined {
      if (!mayUse(iq.from.domain, iq.from.local)) return forbidden();
      const sid = payload.attr('sid') ?? '';
      const text = payload.childText('activate')?.trim();
      if (sid === '' || text === undefined)
        return new StanzaError('bad-request', 'Which stream is to be activated, and for whom?');
      const target = parseJid(text);
      if (target === undefined) return new StanzaError('jid-malformed', 'The target is not a valid JID.');
      if ((payload.attr('mode') ?? 'tcp') !== 'tcp')
        return new StanzaError('feature-not-implemented', 'Only TCP is carried here.');
      // The second spelling is for clients that hash the address as they were given it.
      const hashes = new Set([target.full, text].map((address) => sha1(sid + iq.from.full + address)));
      const claimed = payload.attr('dstaddr');
      if (claimed !== undefined && !hashes.has(claimed.toLowerCase()))
        return new StanzaError('not-authorized', 'The address does not belong to this stream.');
      return errorOf(streams.activate(iq.from.local, hashes));
    }

    function mayUse(fromDomain: string, localpart: string): boolean {
      return fromDomain === host.domain && accounts.has(localpart) && accounts.get(localpart)?.isGuest !== true;
    }

    return {
      provides: [provide(PROXY, { port: opening.then((listener) => listener?.port ?? null) })],
      routes: [
        {
          domain,
          name: NAME,
          route: new ServiceRoute({
            router,
            log,
            info: () => ({
              identities: [{ category: 'proxy', type: 'bytestreams', name: NAME }],
              features: [NS_BYTESTREAMS],
            }),
            requests: [
              iqGet([NS_BYTESTREAMS, 'query'], ['server'], address),
              iqSet([NS_BYTESTREAMS, 'query'], ['server'], activate),
            ],
          }),
        },
      ],
      problems: () => (problem === undefined ? [] : [problem]),
      account: { removed: ({ localpart }) => streams.closeOf(localpart) },
      async stop() {
        timer.cancel();
        (await opening)?.close();
        streams.closeAll();
      },
    };
  },
});

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}

function errorOf(activation: Activation): StanzaError | undefined {
  switch (activation) {
    case 'activated':
      return undefined;
    case 'unknown':
      return new StanzaError('item-not-found', 'Nobody is connected for this stream.');
    case 'half':
      return new StanzaError('not-allowed', 'The other side is not connected yet.');
    case 'running':
      return new StanzaError('not-allowed', 'This stream has been activated already.');
    case 'too-many':
      return new StanzaError('resource-constraint', 'You are sending too many files at a time.');
  }
}

function forbidden(): StanzaError {
  return new StanzaError('forbidden', 'The proxy is for people who have an account here.');
}
