/** `snug logs`: the running server's log, or the files it left when it is not running. */
import { join } from 'node:path';
import { type ControlClient, connectControl, NotRunningError } from '../control/client.ts';
import type { ControlLogLine } from '../control/contract.ts';
import { readLogTail } from '../log/log-file.ts';
import { formatLogLine } from '../log/log-line.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';

export interface LogsOptions {
  readonly lines: number;
  readonly follow: boolean;
}

export async function showLogs({ lines, follow }: LogsOptions, setting: CommandSetting): Promise<void> {
  const { dataDir, json, terminal } = setting;
  const show = (line: ControlLogLine): void => {
    terminal.writeOut(json ? `${JSON.stringify(line)}\n` : `${formatLogLine(line)}\n`);
  };
  const client = await running(dataDir);
  if (client === undefined) {
    for (const line of readLogTail(join(dataDir, 'logs', 'snug.log'), lines)) show(line);
    if (follow)
      throw new CommandFailure('not-running', `No Snug server is running on ${dataDir}.`, exitStatus.notRunning);
  } else if (follow) {
    await followUntilEnd(client, lines, show, setting);
  } else {
    for (const line of await client.logs.recent({ lines })) show(line);
  }
}

/** Ctrl+C, a closed pipe and the end of the server are all good ends. */
async function followUntilEnd(
  client: ControlClient,
  lines: number,
  show: (line: ControlLogLine) => void,
  { terminal }: CommandSetting,
): Promise<void> {
  const ending = new AbortController();
  const unlisten = terminal.onSignal(() => ending.abort());
  const signal = AbortSignal.any([ending.signal, terminal.outputGone]);
  try {
    for await (const line of await client.logs.follow({ lines }, { signal })) show(line);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    unlisten();
  }
}

async function running(dataDir: string): Promise<ControlClient | undefined> {
  try {
    return await connectControl(dataDir);
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}
