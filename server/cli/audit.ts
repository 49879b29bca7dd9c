/** `snug audit`: what was done to the server, by whom, through which door, and with what outcome. */
import { connectControl } from '../control/client.ts';
import type { CommandSetting } from './command-setting.ts';
import { table } from './output.ts';

export interface AuditOptions {
  readonly lines: number;
  readonly actor?: string;
  readonly deed?: string;
  readonly text?: string;
}

/** The newest last, as in a log. */
export async function showAudit(
  { lines, actor, deed, text }: AuditOptions,
  { dataDir, json, terminal }: CommandSetting,
): Promise<void> {
  const client = await connectControl(dataDir);
  const entries = (await client.audit.list({ limit: lines, actor, deed, text })).toReversed();
  if (json) {
    for (const entry of entries) terminal.writeOut(`${JSON.stringify(entry)}\n`);
    return;
  }
  if (entries.length === 0) return terminal.writeOut('The audit log has nothing of that kind.\n');
  const rows = entries.map((entry) => [
    entry.at,
    entry.actor,
    entry.door,
    entry.deed,
    [entry.subject, entry.detail].filter(Boolean).join(': '),
    entry.reason === undefined ? entry.outcome : `${entry.outcome}: ${entry.reason}`,
  ]);
  terminal.writeOut(`${table(['TIME', 'WHO', 'DOOR', 'DEED', 'ON', 'OUTCOME'], rows)}\n`);
}
