/** Telling a process from another that was given the same number later. */
import { readFileSync } from 'node:fs';

/** In /proc/<pid>/stat, counted after the parenthesis that closes the command: state, then 18 others, then the start. */
const STATE_FIELD = 0;
const START_FIELD = 19;

/**
 * A text that no other process with this number has: the boot and the tick in which it started (Linux). Elsewhere only
 * our own process can be told; for others undefined, as when the system hides them.
 */
export function processIdentity(pid: number): string | undefined {
  const start = readStat(pid)?.[START_FIELD];
  if (start !== undefined) return `${readBootId()} ${start}`;
  return pid === process.pid ? `started ${Math.round(performance.timeOrigin)}` : undefined;
}

/** Whether a process with this number runs. One that has ended but was not collected by its parent is gone. */
export function processState(pid: number): 'running' | 'gone' {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return 'gone';
  }
  const state = readStat(pid)?.[STATE_FIELD];
  return state === 'Z' || state === 'X' ? 'gone' : 'running';
}

function readStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return 'unknown-boot';
  }
}
