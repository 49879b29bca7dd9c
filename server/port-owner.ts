/** Which program holds a TCP port, so that "port in use" can name it. Linux only; elsewhere nobody is named. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** State 0A in /proc/net/tcp is LISTEN (Linux, include/net/tcp_states.h). */
const LISTENING = '0A';

export interface PortOwner {
  readonly pid: number;
  readonly program: string;
}

/** The process that listens on `port`; undefined when it cannot be found, as for other users' processes. */
export function findPortOwner(port: number): PortOwner | undefined {
  try {
    const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)));
    if (inodes.size === 0) return undefined;
    for (const entry of readdirSync('/proc')) {
      const pid = Number(entry);
      if (Number.isInteger(pid) && holdsSocket(pid, inodes)) {
        // Not /proc/PID/comm: programs rename their threads, and then it says “MainThread”.
        const [path = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return { pid, program: basename(path) };
      }
    }
  } catch {
    // No /proc, or a process that ended while we looked: nobody is named.
  }
  return undefined;
}

function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTENING)
    .flatMap((fields) => fields[9] ?? []);
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false; // gone, or not ours to look into
  }
}
