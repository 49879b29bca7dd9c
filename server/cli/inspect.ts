/** `snug status`, `snug sessions`, `snug window` and `snug stop`: asking the running server. */
import { readFileSync } from 'node:fs';
import { connectControl, NotRunningError } from '../control/client.ts';
import type { Status } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { block, byteSize, table } from './output.ts';

/** A server stops within 5 s; twice that is not normal any more. */
const STOP_TIMEOUT_MS = 10_000;
const STOP_POLL_MS = 50;

/** That no server runs is an answer, but not the good one: exit status 3. */
export async function showStatus({ dataDir, json, terminal }: CommandSetting): Promise<number> {
  try {
    const status = await (await connectControl(dataDir)).status.get();
    terminal.writeOut(json ? `${JSON.stringify(status)}\n` : `${statusText(status)}\n`);
    return exitStatus.done;
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error;
    terminal.writeOut(json ? `${JSON.stringify({ state: 'stopped' })}\n` : `${error.message}\n`);
    return exitStatus.notRunning;
  }
}

export async function showSessions({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const sessions = await (await connectControl(dataDir)).sessions.list();
  if (json) return terminal.writeOut(`${JSON.stringify(sessions)}\n`);
  if (sessions.length === 0) return terminal.writeOut('Nobody is online.\n');
  const rows = sessions.map(({ jid, since, address, client, priority, show }) => [
    jid,
    priority === null ? 'no presence' : (show ?? 'available'),
    since,
    address,
    client ?? '',
  ]);
  terminal.writeOut(`${table(['SESSION', 'PRESENCE', 'SINCE', 'ADDRESS', 'CLIENT'], rows)}\n`);
}

/** The address alone, so that a script can open it. */
export async function showWindow({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const { address } = await (await connectControl(dataDir)).window.open();
  terminal.writeOut(json ? `${JSON.stringify({ address })}\n` : `${address}\n`);
}

/** Returns when the server's process has ended, so that a new one can be started at once. */
export async function stopServer({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const client = await connectControl(dataDir);
  const { pid } = await client.status.get();
  await client.server.stop();
  const deadline = terminal.clock.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (terminal.clock.now() > deadline) {
      throw new CommandFailure('timeout', `The server (process ${pid}) was asked to stop but is still running.`);
    }
    await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
  }
  terminal.writeOut(json ? `${JSON.stringify({ event: 'stopped', pid })}\n` : 'The server has stopped.\n');
}

/** Returns as soon as the server has taken the order: whoever runs it starts it again. */
export async function restartServer({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  await (await connectControl(dataDir)).server.restart();
  terminal.writeOut(json ? `${JSON.stringify({ event: 'restarting' })}\n` : 'The server is restarting.\n');
}

/** A process that has ended but was not fetched by its parent still takes signals on Linux; it counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return true;
  }
}

function statusText(status: Status): string {
  const { ports, certificate, problems } = status;
  return block([
    ['Domain', status.domain],
    ['State', `${status.state}, process ${status.pid}, since ${status.startedAt}`],
    ['Version', status.version],
    ['Addresses', status.addresses.join(', ')],
    ['Ports', portsText(ports)],
    ...(status.joinPage === undefined ? [] : [['Join page', status.joinPage] as [string, string]]),
    ['Online', `${status.onlineAccounts} of ${status.accounts} accounts, ${status.sessions} sessions`],
    ['Storage', byteSize(status.storageBytes)],
    ['Certificate', `${certificate.source}, until ${certificate.expiresAt.slice(0, 10)}`],
    ['Fingerprint', certificate.fingerprint],
    ...problems.map(({ text, fix }) => ['Problem', fix === undefined ? text : `${text} ${fix}`] as [string, string]),
  ]);
}

export function portsText(ports: Status['ports']): string {
  const open = [
    ports.c2s === null ? '' : `${ports.c2s} (STARTTLS)`,
    ports.c2sTls === null ? '' : `${ports.c2sTls} (direct TLS)`,
    ports.web === null ? '' : `${ports.web} (HTTPS)`,
    ports.join === null ? '' : `${ports.join} (join page)`,
    ports.proxy === null ? '' : `${ports.proxy} (file proxy)`,
  ].filter(Boolean);
  return open.length === 0 ? 'none' : open.join(', ');
}
