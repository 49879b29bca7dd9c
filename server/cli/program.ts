/** The `snug` command: its verbs and options, and how each one ends. */
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { announceText } from './announce.ts';
import { type AuditOptions, showAudit } from './audit.ts';
import { type CommonOptions, withCommon } from './command-options.ts';
import type { CommandSetting } from './command-setting.ts';
import {
  addComponent,
  allowComponent,
  type GrantOptions,
  listComponents,
  removeComponent,
  renewComponentSecret,
} from './component.ts';
import { defaultDataDirectory } from './data-directory.ts';
import { addDomainCommands } from './domain-commands.ts';
import { CommandFailure, exitStatus, failureOf } from './failure.ts';
import { showFederation, switchFederation, testFederation } from './federation.ts';
import {
  addMembers,
  changeGroup,
  createGroup,
  type GroupChangeOptions,
  listGroups,
  type NewGroupOptions,
  removeGroup,
  removeMembers,
  renameGroup,
} from './group.ts';
import { restartServer, showSessions, showStatus, showWindow, stopServer } from './inspect.ts';
import { type InviteOptions, invite, listInvitations, resetPassword, revokeInvitation } from './invite.ts';
import { showLogs } from './logs.ts';
import { probeNetworkName, showNetwork } from './network.ts';
import { addPairCommands } from './pair-commands.ts';
import { createRole, listRoles, removeRole, setUserRole, updateRole } from './role.ts';
import { serve } from './serve.ts';
import type { ServerEntry } from './server-entry.ts';
import type { Terminal } from './terminal.ts';
import { rotateCertificates, showTrust, type TrustOptions } from './trust.ts';
import { addUser, changePassword, listUsers, plainDeed, plainDeeds, removeUser, setUserExpiry } from './user.ts';

const DEFAULT_LOG_LINES = 50;
const MAX_LOG_LINES = 2000;
const MAX_AUDIT_LINES = 500;
const MAX_USES = 10_000;

/** Runs one command line, without the program's name, and resolves with its exit status. It never throws. */
export async function runCommand(
  words: readonly string[],
  terminal: Terminal,
  loadServer: () => Promise<ServerEntry>,
): Promise<number> {
  let status: number = exitStatus.done;
  const program = createProgram(terminal, loadServer, (ended) => {
    status = ended;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
    return reportFailure(error, words.includes('--json'), terminal);
  }
}

function reportFailure(error: unknown, json: boolean, terminal: Terminal): number {
  const failure = failureOf(error) ?? new CommandFailure('bug', `Snug met a bug: ${String(error)}`);
  if (json) terminal.writeOut(`${JSON.stringify({ event: 'error', code: failure.code, message: failure.message })}\n`);
  else terminal.writeError(`${failure.message}\n`);
  return failure.status;
}

function createProgram(
  terminal: Terminal,
  loadServer: () => Promise<ServerEntry>,
  end: (status: number) => void,
): Command {
  const settingFrom = ({ data, json }: CommonOptions): CommandSetting => ({
    dataDir: resolve(data ?? defaultDataDirectory(terminal)),
    json: json ?? false,
    terminal,
    loadServer,
  });
  const program = new Command('snug')
    .description('Your own chat server: a personal XMPP server for a home or an office.')
    .exitOverride()
    .configureOutput({ writeOut: terminal.writeOut, writeErr: terminal.writeError })
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 wrong command line, 3 no server is running.');

  withCommon(program.command('serve'))
    .description('run the server')
    .option('--domain <name>', 'the XMPP domain, chosen once at the first start')
    .option('--set <key=value>', 'a setting for this run only (can be repeated)', collected, [])
    .action(async (options: CommonOptions & { domain?: string; set: readonly string[] }) => {
      const { dataDir, json } = settingFrom(options);
      const domain = options.domain === undefined ? {} : { domain: options.domain };
      end(await serve({ dataDir, json, ...domain, overrides: options.set }, terminal, await loadServer()));
    });

  addUserCommands(program.command('user').description('manage accounts, whether or not the server runs'), settingFrom);

  addInviteCommands(program, settingFrom);

  addGroupCommands(
    program.command('group').description('manage groups of people of the running server, and their rooms'),
    settingFrom,
  );

  addComponentCommands(
    program.command('component').description('manage bridges and other components of the running server'),
    settingFrom,
  );

  addDomainCommands(program, settingFrom, end);

  addFederationCommands(
    program.command('federation').description('chat with people of other servers: switch it, look at it, try it'),
    settingFrom,
  );

  addPairCommands(program, settingFrom);

  withCommon(program.command('status'))
    .description('show how the server is doing')
    .action(async (options: CommonOptions) => end(await showStatus(settingFrom(options))));
  withCommon(program.command('sessions'))
    .description('show who is online')
    .action((options: CommonOptions) => showSessions(settingFrom(options)));
  addNetworkCommands(program, settingFrom);
  withCommon(program.command('window'))
    .description('show an address of the window in a browser, good for one use within ten minutes')
    .action((options: CommonOptions) => showWindow(settingFrom(options)));
  withCommon(program.command('stop'))
    .description('stop the server and wait for its end')
    .action((options: CommonOptions) => stopServer(settingFrom(options)));
  withCommon(program.command('restart'))
    .description('stop the server and start it again')
    .action((options: CommonOptions) => restartServer(settingFrom(options)));
  withCommon(program.command('announce').argument('<text>'))
    .description('tell something to everybody who is online')
    .action((text: string, options: CommonOptions) => announceText(text, settingFrom(options)));
  withCommon(program.command('audit'))
    .description('show what was done to the server, by whom and when')
    .option('-n, --lines <count>', `how many entries, ${MAX_AUDIT_LINES} at most`, auditCount, DEFAULT_LOG_LINES)
    .option('--actor <jid>', 'only what this one did')
    .option('--deed <name>', 'only this deed, or group of deeds, such as accounts')
    .option('--text <text>', 'only entries with this text')
    .action((options: CommonOptions & AuditOptions) => showAudit(options, settingFrom(options)));
  addRoleCommands(program.command('role').description('manage the roles of this server'), settingFrom);
  withCommon(program.command('logs'))
    .description('show the newest lines of the log')
    .option('-f, --follow', 'go on with new lines as they are written')
    .option('-n, --lines <count>', `how many lines, ${MAX_LOG_LINES} at most`, lineCount, DEFAULT_LOG_LINES)
    .action((options: CommonOptions & { follow?: boolean; lines: number }) =>
      showLogs({ lines: options.lines, follow: options.follow ?? false }, settingFrom(options)),
    );
  return program;
}

function addUserCommands(user: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  type Options = CommonOptions & { admin?: boolean; expires?: string; passwordFile?: string; generate?: boolean };
  withPassword(withCommon(user.command('add').argument('<name>')))
    .description('add an account; the password is read from the input')
    .option('--admin', 'make it an administrator')
    .option('--expires <time>', 'when it is to end by itself, such as 12h, 3d, 2w or 2027-01-31')
    .action((name: string, options: Options) => addUser(name, options, settingFrom(options)));
  withPassword(withCommon(user.command('passwd').argument('<name>')))
    .description('give an account a new password')
    .action((name: string, options: Options) => changePassword(name, options, settingFrom(options)));
  withCommon(user.command('list'))
    .description('list the accounts')
    .action((options: CommonOptions) => listUsers(settingFrom(options)));
  withCommon(user.command('role').argument('<name>').argument('<role>'))
    .description('give an account another role')
    .action((name: string, role: string, options: CommonOptions) => setUserRole(name, role, settingFrom(options)));
  withCommon(user.command('reset').argument('<name>'))
    .description('show a link with which the owner of an account chooses a new password')
    .option('--expires <time>', 'how long it is good for, such as 12h, 3d or 2w')
    .option('--qr', 'draw the link as a QR code')
    .action((name: string, options: CommonOptions & { expires?: string; qr?: boolean }) =>
      resetPassword(name, options, settingFrom(options)),
    );
  withCommon(user.command('remove').argument('<name>'))
    .description('delete an account; for a while it can be restored (see accounts.deletionGraceDays)')
    .option('--now', 'remove it and everything stored for it at once')
    .action((name: string, options: CommonOptions & { now?: boolean }) =>
      removeUser(name, options, settingFrom(options)),
    );
  withCommon(user.command('expire').argument('<name>').argument('<when>'))
    .description('say when an account ends by itself: 12h, 3d, 2w, 2027-01-31, or never')
    .action((name: string, when: string, options: CommonOptions) => setUserExpiry(name, when, settingFrom(options)));
  const deeds: Readonly<Record<keyof typeof plainDeeds, string>> = {
    disable: 'keep an account from logging in',
    enable: 'let a disabled account log in again',
    restore: 'take the deletion of an account back',
    approve: 'let somebody in who registered and waits',
    refuse: 'send somebody away who registered and waits',
  };
  for (const deed of Object.keys(plainDeeds) as (keyof typeof plainDeeds)[]) {
    withCommon(user.command(deed).argument('<name>'))
      .description(deeds[deed])
      .action((name: string, options: CommonOptions) => plainDeed(deed, name, settingFrom(options)));
  }
}

function addInviteCommands(program: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  const invitation = withCommon(program.command('invite'))
    .description('invite somebody: shows a link with which an account can be made')
    .option('--role <role>', 'the role of the new account')
    .option('--expires <time>', 'how long the link is good for, such as 12h, 3d or 2w')
    .option('--uses <count>', `how many people may use it, ${MAX_USES} at most`, useCount)
    .option('--name <name>', 'the name of the new account; else whoever comes chooses it')
    .option('--group <name>', 'a group that the new account is put into (can be repeated)', collected, [])
    .option('--guest <time>', 'the account ends so long after it is made, such as 12h, 3d or 2w')
    .option('--contact-of <name>', 'an account that becomes a contact of whoever comes')
    .addOption(new Option('--contact <name>', 'what --contact-of was called first').hideHelp())
    .option('--qr', 'draw the link as a QR code')
    .action((options: CommonOptions & InviteOptions) => invite(options, settingFrom(options)));
  // What both the verb and its parent take is the parent's, wherever it stands.
  withCommon(invitation.command('list'))
    .description('list the invitations, those that are over included')
    .action((_options: CommonOptions, command: Command) => listInvitations(settingFrom(command.optsWithGlobals())));
  withCommon(invitation.command('revoke').argument('<id>'))
    .description('take an invitation back')
    .action((id: string, _options: CommonOptions, command: Command) =>
      revokeInvitation(id, settingFrom(command.optsWithGlobals())),
    );
}

function addComponentCommands(component: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  withCommon(component.command('add').argument('<name>'))
    .description(
      'let a component connect as this domain (a name without a dot is below the server’s); shows its secret',
    )
    .action((name: string, options: CommonOptions) => addComponent(name, settingFrom(options)));
  withCommon(component.command('list'))
    .description('list the components and what they may do')
    .action((options: CommonOptions) => listComponents(settingFrom(options)));
  withCommon(component.command('secret').argument('<domain>'))
    .description('give a component a new secret')
    .action((domain: string, options: CommonOptions) => renewComponentSecret(domain, settingFrom(options)));
  withCommon(component.command('allow').argument('<domain>'))
    .description('say all that a trusted component may do for people here; what is left out is taken back')
    .option('--roster <access>', 'contact lists: none, get, set or both (XEP-0356)')
    .option('--no-roster-push', 'do not tell it of changed contacts')
    .option('--messages', 'send messages in the name of anybody here')
    .option('--presence <kind>', 'see who is online: none, managed_entity (people here) or roster (their contacts too)')
    .option(
      '--iq <namespace=access>',
      'send such requests in the name of anybody here (can be repeated)',
      collected,
      [],
    )
    .option(
      '--delegate <namespace>',
      'answer such requests in place of the server (XEP-0355, can be repeated); attributes that must be there ' +
        'follow behind a space: "urn:xmpp:mam:2 node"',
      collected,
      [],
    )
    .action((domain: string, options: CommonOptions & GrantOptions) =>
      allowComponent(domain, options, settingFrom(options)),
    );
  withCommon(component.command('remove').argument('<domain>'))
    .description('cut a component off and forget it')
    .action((domain: string, options: CommonOptions) => removeComponent(domain, settingFrom(options)));
}

function addGroupCommands(group: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  withCommon(group.command('list'))
    .description('list the groups with who sees them, their rooms and members')
    .action((options: CommonOptions) => listGroups(settingFrom(options)));
  withCommon(group.command('create').argument('<name>').argument('[people...]'))
    .description('make a group; its members see each other')
    .option('--room', 'with a room of its own')
    .option('--hidden', 'its members do not see each other')
    .option('--seen-by <group>', 'the members of another group see those of this one (can be repeated)', collected, [])
    .action((name: string, people: readonly string[], options: CommonOptions & NewGroupOptions) =>
      createGroup(name, people, options, settingFrom(options)),
    );
  withCommon(group.command('rename').argument('<group>').argument('<name>'))
    .description('call a group otherwise')
    .action((old: string, name: string, options: CommonOptions) => renameGroup(old, name, settingFrom(options)));
  withCommon(group.command('change').argument('<group>'))
    .description('say who sees a group, and whether it has a room')
    .option('--room <on|off>', 'a room of its own; one that is switched off is kept')
    .option('--shared <on|off>', 'whether its members see each other')
    .option('--seen-by <group>', 'all other groups that see it, or “nobody” (can be repeated)', collected, [])
    .action((name: string, options: CommonOptions & GroupChangeOptions) =>
      changeGroup(name, options, settingFrom(options)),
    );
  withCommon(group.command('remove').argument('<group>'))
    .description('remove a group, and its room with all that was said there')
    .action((name: string, options: CommonOptions) => removeGroup(name, settingFrom(options)));
  withCommon(group.command('add').argument('<group>').argument('<people...>'))
    .description('put people into a group')
    .action((name: string, people: readonly string[], options: CommonOptions) =>
      addMembers(name, people, settingFrom(options)),
    );
  withCommon(group.command('remove-member').argument('<group>').argument('<people...>'))
    .description('take people out of a group')
    .action((name: string, people: readonly string[], options: CommonOptions) =>
      removeMembers(name, people, settingFrom(options)),
    );
}

function addNetworkCommands(program: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  const network = withCommon(program.command('network'))
    .description('show names, ports and interfaces, and whether people find the server')
    .action((options: CommonOptions) => showNetwork(settingFrom(options)));
  withCommon(network.command('probe').argument('<domain>'))
    .description('ask the network whether somebody has this name already')
    .action((domain: string, _options: CommonOptions, command: Command) =>
      probeNetworkName(domain, settingFrom(command.optsWithGlobals())),
    );
  const trust = withCommon(program.command('trust'))
    .description('show the certificates as people compare them, and whether this computer trusts them')
    .option('--install', 'have the browsers of this computer trust the server')
    .option('--remove', 'end that')
    .action((options: CommonOptions & TrustOptions) => showTrust(options, settingFrom(options)));
  withCommon(trust.command('rotate'))
    .description('make new certificates: every device has to trust the server again')
    .option('--yes', 'do it')
    .action((_options: CommonOptions, command: Command) =>
      rotateCertificates(command.optsWithGlobals(), settingFrom(command.optsWithGlobals())),
    );
}

function addFederationCommands(federation: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  for (const word of ['on', 'off'] as const)
    withCommon(federation.command(word))
      .description(`switch it ${word}, without a restart`)
      .action((options: CommonOptions) => switchFederation(word === 'on', settingFrom(options)));
  withCommon(federation.command('status'))
    .description('show whom the server talks with, and what fails')
    .action((options: CommonOptions) => showFederation(settingFrom(options)));
  withCommon(federation.command('test').argument('<domain>'))
    .description('try to reach the server of a domain, step by step')
    .action((domain: string, options: CommonOptions) => testFederation(domain, settingFrom(options)));
}

function addRoleCommands(role: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  withCommon(role.command('list'))
    .description('list the roles with what each may do')
    .action((options: CommonOptions) => listRoles(settingFrom(options)));
  withCommon(role.command('create').argument('<name>').argument('[permissions...]'))
    .description('make a role')
    .action((name: string, permissions: readonly string[], options: CommonOptions) =>
      createRole(name, permissions, settingFrom(options)),
    );
  withCommon(role.command('update').argument('<name>').argument('[permissions...]'))
    .description('say anew what a role may do')
    .action((name: string, permissions: readonly string[], options: CommonOptions) =>
      updateRole(name, permissions, settingFrom(options)),
    );
  withCommon(role.command('remove').argument('<name>'))
    .description('remove a role that nobody has')
    .action((name: string, options: CommonOptions) => removeRole(name, settingFrom(options)));
}

function withPassword(command: Command): Command {
  return command
    .option('--password-file <file>', 'read the password from the first line of a file')
    .option('--generate', 'make a password and show it once');
}

function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function lineCount(text: string): number {
  return wholeNumber(text, 0, MAX_LOG_LINES);
}

function auditCount(text: string): number {
  return wholeNumber(text, 1, MAX_AUDIT_LINES);
}

function useCount(text: string): number {
  return wholeNumber(text, 1, MAX_USES);
}

function wholeNumber(text: string, min: number, max: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= min && count <= max) return count;
  throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
}
