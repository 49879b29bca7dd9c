/**
 * Which addresses are not connected to although DNS names them. Anybody can write any address into the DNS of a domain
 * of his own and make us connect by a stanza to it, so nothing is reached in this way that only this computer can
 * reach (DNS rebinding), and nothing that is this server itself.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

export interface AddressRules {
  /** Where this server itself can be reached, to notice domains that lead back here. */
  readonly own: () => readonly { readonly address: string; readonly port: number }[];
  /** Whether other servers on this very computer may be reached: for trying things out. */
  readonly allowsThisComputer: () => boolean;
  /** Where a server of this network announces itself that a person has paired with this one: no name in DNS led there. */
  readonly isPaired?: (address: string) => boolean;
}

/** RFC 6890: this computer, links, and what is nobody's. Private networks stay: a company may federate inside. */
const thisComputer = blockList(['127.0.0.0/8', '::1/128']);
const nobody = blockList([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '64:ff9b:1::/48',
  '100::/64',
  'fe80::/10',
  'ff00::/8',
]);

/** RFC 3927: two computers on one cable have no others. */
const linkLocal = blockList(['169.254.0.0/16']);

/** Why `address` is refused, in a few words; undefined when it is not. */
export function refuseAddress(address: string, port: number, rules: AddressRules): string | undefined {
  const plain = unmapped(address);
  if (rules.own().some((own) => own.port === port && unmapped(own.address) === plain)) return 'is this server itself';
  if (isIn(nobody, plain) && !(isIn(linkLocal, plain) && rules.isPaired?.(plain))) return 'is no address of a server';
  if (isIn(thisComputer, plain) && !rules.allowsThisComputer()) return 'is this computer itself';
  return undefined;
}

/** The IPv4 address inside an IPv4-mapped one (RFC 4291 section 2.5.5.2), which leads to the same place. */
function unmapped(address: string): string {
  const [, dotted, high, low] = /^(?:0*:)*:ffff:(?:([0-9.]+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address) ?? [];
  if (dotted !== undefined && isIPv4(dotted)) return dotted;
  if (high === undefined || low === undefined) return address;
  const number = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}
