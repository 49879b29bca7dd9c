/** The server on the network: shown by mDNS while the setting `lan.mdns` is on, also when that changes. */
import type { TlsIdentity } from './certificates/tls-identity.ts';
import type { ClientPorts } from './client-ports.ts';
import type { Config } from './config/config.ts';
import { lanSettings, listenSettings } from './config/settings.ts';
import { Announcer } from './lan/announcer.ts';
import type { LinkOptions } from './lan/link.ts';
import { systemSoa } from './lan/local-zone.ts';
import type { Announcement } from './lan/records.ts';
import type { Logger } from './log/log.ts';
import type { Opened } from './opened.ts';

/** What an announcement is made of. */
export interface AnnouncedFacts {
  readonly config: Config;
  readonly domain: string;
  readonly ports: ClientPorts;
  /** Where the page for new people is; left out when there is none. */
  readonly joinPort?: number;
  /** For other servers; null while federation is off. */
  readonly serverPorts?: () => { readonly s2s: number | null; readonly s2sTls: number | null };
  /** What servers of this network know each other by; left out where they shall not. */
  readonly pairing?: () => { readonly pairKey?: string; readonly asks?: readonly string[] };
  readonly certificates: {
    readonly current: TlsIdentity;
    onChange(listener: () => void): void;
  };
}

interface AnnouncementOptions extends AnnouncedFacts {
  /** How it goes may be different now. */
  readonly onChange?: () => void;
  /** Tells when `serverPorts` may be others. */
  readonly onServerPorts?: (listener: () => void) => void;
  /** Tells when `pairing` may be different. */
  readonly onPairing?: (listener: () => void) => void;
  readonly hear?: LinkOptions['hear'];
  readonly log: Logger;
  readonly opened: Opened;
}

export function announce(options: AnnouncementOptions): Announcer {
  const { config, certificates, log, opened } = options;
  const settings = config.group('lan', lanSettings);
  const { onChange, hear } = options;
  const announcer = new Announcer({ log, resolveSoa: systemSoa, ...(onChange && { onChange }), ...(hear && { hear }) });
  const follow = (): void => {
    if (settings.mdns) announcer.start(currentAnnouncement(options));
    else void announcer.stop();
  };
  config.onChange((key) => {
    if (key === 'lan.mdns') follow();
    if (key === 'lan.interfaces') announcer.update(currentAnnouncement(options));
  });
  certificates.onChange(() => announcer.update(currentAnnouncement(options)));
  options.onServerPorts?.(() => announcer.update(currentAnnouncement(options)));
  options.onPairing?.(() => announcer.update(currentAnnouncement(options)));
  opened.add(() => announcer.stop());
  follow();
  return announcer;
}

/** What would be announced now. */
export function currentAnnouncement({
  config,
  domain,
  ports,
  joinPort,
  serverPorts,
  pairing,
  certificates,
}: AnnouncedFacts): Announcement {
  const { s2s = null, s2sTls = null } = serverPorts?.() ?? {};
  const { caFingerprintSha256: caFingerprint } = certificates.current;
  return {
    domain,
    name: domain.split('.')[0] ?? domain,
    listening: [config.group('listen', listenSettings).address],
    interfaces: config.group('lan', lanSettings).interfaces,
    ...(ports.c2s === null ? {} : { c2sPort: ports.c2s }),
    ...(ports.c2sTls === null ? {} : { c2sTlsPort: ports.c2sTls }),
    ...(s2s === null ? {} : { s2sPort: s2s }),
    ...(s2sTls === null ? {} : { s2sTlsPort: s2sTls }),
    ...(joinPort === undefined ? {} : { joinPort }),
    ...(caFingerprint === undefined ? {} : { caFingerprint }),
    ...pairing?.(),
  };
}
