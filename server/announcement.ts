/** The server on the network: shown by mDNS while the setting `lan.mdns` is on, also when that changes. */
import type { ClientPorts } from './client-ports.ts';
import type { Config } from './config/config.ts';
import { lanSettings, listenSettings } from './config/settings.ts';
import { Announcer } from './lan/announcer.ts';
import type { Logger } from './log/log.ts';
import type { Opened } from './opened.ts';

interface AnnouncementOptions {
  readonly config: Config;
  readonly domain: string;
  readonly ports: ClientPorts;
  readonly log: Logger;
  readonly opened: Opened;
}

export function announce({ config, domain, ports, log, opened }: AnnouncementOptions): Announcer {
  const { address } = config.group('listen', listenSettings);
  const settings = config.group('lan', lanSettings);
  const announcer = new Announcer({ log });
  const follow = (): void => {
    if (!settings.mdns) {
      void announcer.stop();
      return;
    }
    announcer.start({
      domain,
      name: domain.split('.')[0] ?? domain,
      listening: [address],
      ...(ports.c2s === null ? {} : { c2sPort: ports.c2s }),
      ...(ports.c2sTls === null ? {} : { c2sTlsPort: ports.c2sTls }),
    });
  };
  config.onChange((key) => {
    if (key === 'lan.mdns') follow();
  });
  opened.add(() => announcer.stop());
  follow();
  return announcer;
}
