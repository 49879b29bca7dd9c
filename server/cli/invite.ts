/** `snug invite`: links with which people make an account themselves; `snug user reset`: one for a new password. */
import { connectControl } from '../control/client.ts';
import type { InvitationSummary, IssuedInvitationSummary } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { block, table } from './output.ts';
import { localpartOf } from './user.ts';

const HOURS_PER_UNIT: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

/** As on the command line. */
export interface InviteOptions {
  readonly role?: string;
  readonly expires?: string;
  readonly uses?: number;
  readonly name?: string;
  readonly group?: readonly string[];
  /** How long the account lasts. */
  readonly guest?: string;
  readonly contactOf?: string;
  /** What `contactOf` was called first. */
  readonly contact?: string;
  readonly qr?: boolean;
}

/** Of a new password. */
interface ResetOptions {
  readonly expires?: string;
  readonly qr?: boolean;
}

export async function invite(options: InviteOptions, setting: CommandSetting): Promise<void> {
  const { role, expires, uses, name, group = [], guest, contactOf = options.contact, qr = false } = options;
  const client = await connectControl(setting.dataDir);
  const { domain } = await client.status.get();
  const issued = await client.invitations.create({
    ...(role === undefined ? {} : { role }),
    ...(uses === undefined ? {} : { maxUses: uses }),
    ...(expires === undefined ? {} : { lifetimeHours: readHours(expires, '--expires') }),
    ...(guest === undefined ? {} : { accountLifetimeHours: readHours(guest, '--guest') }),
    ...(group.length === 0 ? {} : { groups: [...group] }),
    ...(name === undefined ? {} : { localpart: localpartOf(name, domain) }),
    ...(contactOf === undefined ? {} : { inviter: localpartOf(contactOf, domain) }),
  });
  await show(issued, setting, 'Whoever has this link can make an account here:', qr);
}

export async function resetPassword(
  name: string,
  { expires, qr = false }: ResetOptions,
  setting: CommandSetting,
): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const { domain } = await client.status.get();
  const issued = await client.invitations.createReset({
    localpart: localpartOf(name, domain),
    ...(expires === undefined ? {} : { lifetimeHours: readHours(expires, '--expires') }),
  });
  await show(issued, setting, `Whoever has this link can give ${issued.localpart} a new password:`, qr);
}

export async function listInvitations({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const all = await (await connectControl(dataDir)).invitations.list();
  if (json) return terminal.writeOut(`${JSON.stringify(all)}\n`);
  if (all.length === 0) return terminal.writeOut('There are no invitations.\n');
  const rows = all.map((invitation) => [
    invitation.id,
    invitation.state,
    `${invitation.usesLeft} of ${invitation.maxUses}`,
    invitation.expiresAt.slice(0, 16).replace('T', ' '),
    describe(invitation),
  ]);
  terminal.writeOut(`${table(['ID', 'STATE', 'LEFT', 'UNTIL (UTC)', 'FOR'], rows)}\n`);
}

export async function revokeInvitation(id: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  await (await connectControl(dataDir)).invitations.revoke({ id });
  terminal.writeOut(json ? `${JSON.stringify({ id })}\n` : `The invitation ${id} is worth nothing any more.\n`);
}

async function show(
  issued: IssuedInvitationSummary,
  { json, terminal }: CommandSetting,
  heading: string,
  hasQrCode: boolean,
): Promise<void> {
  if (json) {
    terminal.writeOut(`${JSON.stringify(issued)}\n`);
    return;
  }
  const { uri, page, id, maxUses, expiresAt, accountLifetimeHours } = issued;
  const lines = block([
    ...(page === undefined ? [] : [['Page', page] as const]),
    ...(uri === undefined ? [] : [['Link', uri] as const]),
    ['Good for', `${maxUses === 1 ? 'one use' : `${maxUses} uses`} until ${expiresAt}`],
    ...(accountLifetimeHours === undefined
      ? []
      : [['Guest', `the account ends ${accountLifetimeHours} hours after it is made`] as const]),
    ['Id', `${id}  (to take it back: snug invite revoke ${id})`],
  ]);
  terminal.writeOut(`${heading}\n${lines}\n`);
  const link = page ?? uri;
  if (!hasQrCode || link === undefined) return;
  // Loaded only here, because no other verb draws anything.
  const { drawQrCode } = await import('./qr-code.ts');
  terminal.writeOut(`\n${drawQrCode(link, terminal)}\n`);
}

function describe({ purpose, localpart, role, inviter }: InvitationSummary): string {
  const contact = inviter === undefined ? '' : `, contact of ${inviter}`;
  if (purpose === 'password') return `a new password for ${localpart}`;
  if (purpose === 'contact') return `a contact of ${inviter}`;
  return `${localpart ?? 'anybody'} as ${role}${contact}`;
}

/** `12h`, `3d`, `2w`. */
function readHours(text: string, option: string): number {
  const [, count, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  const hours = Number(count) * (HOURS_PER_UNIT[unit] ?? 0);
  if (hours > 0) return hours;
  throw new CommandFailure('usage', `${option} takes a time such as 12h, 3d or 2w, not “${text}”.`, exitStatus.usage);
}
