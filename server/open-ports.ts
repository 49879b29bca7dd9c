/** The ports of the server with what the settings said of them at the start, for the window. */
import type { Config } from './config/config.ts';
import { federationSettings } from './config/federation-settings.ts';
import { c2sSettings, joinSettings, listenSettings, webSettings, windowSettings } from './config/settings.ts';
import type { Status } from './control/contract.ts';
import { componentsSettings } from './modules/components/settings.ts';
import { PROXY_SETTINGS } from './modules/proxy/settings.ts';
import type { PortFacts } from './network.ts';

/** Those that open later; null while they are shut. */
export interface LaterPorts {
  readonly servers: () => { readonly s2s: number | null; readonly s2sTls: number | null };
  readonly components: () => number | null;
  readonly window: () => number | null;
}

/** Settings of ports take effect with the next start: what they say later is not what was wanted of these. */
export function describePorts(config: Config, ports: Status['ports'], later: LaterPorts): () => readonly PortFacts[] {
  const { address } = config.group('listen', listenSettings);
  const c2s = config.group('c2s', c2sSettings);
  const components = config.group('components', componentsSettings);
  const federation = config.group('federation', federationSettings);
  const window = config.group('window', windowSettings);
  const wanted = {
    c2s: c2s.port,
    c2sTls: c2s.directTlsPort,
    join: config.group('join', joinSettings).port,
    web: config.group('web', webSettings).port,
    proxy: config.group('proxy', PROXY_SETTINGS).port,
    components: components.port,
    window: window.enabled ? window.port : ('off' as const),
  };
  const componentsAddress = components.address;
  return () => [
    ...(['c2s', 'c2sTls', 'join', 'web', 'proxy'] as const).map((purpose) => ({
      purpose,
      port: ports[purpose],
      address,
      wanted: wanted[purpose],
    })),
    ...(['s2s', 's2sTls'] as const).map((purpose) => ({
      purpose,
      port: later.servers()[purpose],
      address,
      // These open and close while the server runs, so what counts is what the settings say now.
      wanted: federation.enabled ? (purpose === 's2s' ? federation.port : federation.directTlsPort) : ('off' as const),
    })),
    { purpose: 'components', port: later.components(), address: componentsAddress, wanted: wanted.components },
    { purpose: 'window', port: later.window(), address: '127.0.0.1', wanted: wanted.window },
  ];
}
