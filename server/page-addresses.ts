/** The addresses by which pages of this server are opened, for a certificate that covers them at each moment. */
import { reachableAddresses } from './addresses.ts';
import type { Certificates } from './certificates/certificates.ts';
import type { Config } from './config/config.ts';
import { listenSettings } from './config/settings.ts';
import { InterfaceWatcher } from './lan/interface-watcher.ts';
import type { Opened } from './opened.ts';

const LOOPBACK = { '::': ['127.0.0.1', '::1'], '0.0.0.0': ['127.0.0.1'] } as const;

/** With those of the loopback, where they are listened on: whoever sits at this computer may use them. */
export function pageAddresses(config: Config): readonly string[] {
  const { address: listenAddress } = config.group('listen', listenSettings);
  const loopback = listenAddress === '::' || listenAddress === '0.0.0.0' ? LOOPBACK[listenAddress] : [];
  return [...new Set([...reachableAddresses(listenAddress), ...loopback])];
}

/** Has the certificate for pages by address made anew whenever there is an address that it lacks. */
export function followPageAddresses(config: Config, certificates: Pick<Certificates, 'reload'>, opened: Opened): void {
  const read = () => pageAddresses(config);
  const watcher = new InterfaceWatcher({ read, now: Date.now, onChange: () => void certificates.reload() });
  watcher.start();
  opened.add(() => watcher.stop());
}
