/** The addresses at which people can reach the server, for the ready block and the window. */
import { networkInterfaces } from 'node:os';

/** For `::` and `0.0.0.0` every address of this computer except the loopback and link-local ones; else the one given. */
export function reachableAddresses(listenAddress: string): readonly string[] {
  if (listenAddress !== '::' && listenAddress !== '0.0.0.0') return [listenAddress];
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, address }) => {
      if (internal || address.startsWith('fe80:')) return false;
      return family === 'IPv4' || listenAddress === '::';
    })
    .map(({ address }) => address);
  return found.length > 0 ? found : ['127.0.0.1'];
}
