/** The load generator that stands beside the project, as a function. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const TOOLS = resolve(process.env.SNUG_BENCH_TOOLS ?? join(import.meta.dirname, '../../../shared/bench'));

/** One line of the generator's answer. */
export type Result = Readonly<Record<string, unknown>>;

/** Asynchronous, so that a server of ours in this very run is not starved of its output being read. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((done) => child.on('close', () => done(output)));
}

export interface Target {
  readonly port: number;
  /** Whose processor time and memory are measured, if any. */
  readonly pid?: number;
  /** The domain of its rooms. */
  readonly rooms: string;
}

export async function load({ port, pid, rooms }: Target, args: readonly string[]): Promise<Result> {
  const measured = pid === undefined ? [] : ['--pid', String(pid)];
  const generator = [join(TOOLS, 'xmpp-load.mjs'), '--port', String(port), '--muc', rooms, ...measured, ...args];
  const line = (await run(process.execPath, generator)).trim().split('\n').at(-1) ?? '';
  return line === '' ? { failed: 'no result' } : (JSON.parse(line) as Result);
}

/** A figure by its name, or by how its name begins. */
export function figureOf(result: Result, name: string): number | undefined {
  const key = name in result ? name : Object.keys(result).find((candidate) => candidate.startsWith(name));
  const value = key === undefined ? undefined : result[key];
  return typeof value === 'number' ? value : undefined;
}
