/** `snug trust`: the certificates as people compare them, and whom this computer trusts. */
import { connectControl } from '../control/client.ts';
import type { TrustSummary } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { block } from './output.ts';

export interface TrustOptions {
  readonly install?: boolean;
  readonly remove?: boolean;
}

export async function showTrust(options: TrustOptions, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const { install = false, remove = false } = options;
  if (install && remove) throw new CommandFailure('usage', 'Give --install or --remove, not both.', exitStatus.usage);
  const { trust } = await connectControl(dataDir);
  const found = install ? await trust.install() : remove ? await trust.remove() : await trust.get();
  if (json) return terminal.writeOut(`${JSON.stringify(found)}\n`);
  const done = install
    ? 'This computer trusts the server now. A browser that is open may have to be started again.\n'
    : remove
      ? 'This computer does not trust the server any more.\n'
      : '';
  terminal.writeOut(`${done}${trustText(found)}`);
}

/** SECURITY: cuts everybody off who does not trust again, so it is not done by a slip. */
export async function rotateCertificates(
  { yes = false }: { readonly yes?: boolean },
  { dataDir, json, terminal }: CommandSetting,
): Promise<void> {
  if (!yes) {
    throw new CommandFailure(
      'usage',
      'This makes a new authority and new certificates. Every device has to trust the server again; some apps do not ' +
        'and cannot connect until then. Say --yes if that is what you want.',
      exitStatus.usage,
    );
  }
  const found = await (await connectControl(dataDir)).trust.rotate();
  if (json) return terminal.writeOut(`${JSON.stringify(found)}\n`);
  terminal.writeOut(`The certificates are new. Tell people the new six words.\n${trustText(found)}`);
}

function trustText({ domain, certificate, authority, page, here }: TrustSummary): string {
  const own = [
    ['Domain', domain],
    ['Certificate', `until ${certificate.expiresAt.slice(0, 10)}`],
    ['Fingerprint', certificate.fingerprint],
  ] as const;
  if (authority === undefined) return `${block(own)}\nDevices trust this certificate without further ado.\n`;
  const local = [
    ['Authority', `${authority.name}, until ${authority.expiresAt.slice(0, 10)}`],
    ['Fingerprint', authority.fingerprint],
    ['In words', authority.words],
    ['File', authority.file],
    ['Devices', page === undefined ? 'the page about trust is closed (join.port)' : `open ${page}`],
  ] as const;
  const places = (here?.places ?? []).map(
    ({ name, isTrusted }) => ['This computer', `${name}: ${isTrusted ? 'trusted' : 'not trusted yet'}`] as const,
  );
  const hints = [here?.hint, here?.command].flatMap((hint) => (hint === undefined ? [] : [`${hint}\n`]));
  return `${block([...own, ...local, ...places])}\n${hints.join('')}`;
}
