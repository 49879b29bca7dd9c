/** The addresses at which people can reach the server, for the ready block and the window. */
import { networkInterfaces } from 'node:os';
import { chooseInterfaces } from './lan/interfaces.ts';

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

/** The addresses on local networks under which the server answers, with their networks, as `192.168.1.5/24`. */
export function localNetworks(listenAddress: string): readonly string[] {
  return chooseInterfaces(networkInterfaces(), [listenAddress]).flatMap(({ networks }) => networks);
}
