/** `snug announce`: telling everybody who is online. */
import { connectControl } from '../control/client.ts';
import type { CommandSetting } from './command-setting.ts';

export async function announceText(text: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const { accounts } = await (await connectControl(dataDir)).announcements.send({ text });
  const people = accounts === 1 ? 'One account has' : `${accounts} accounts have`;
  terminal.writeOut(json ? `${JSON.stringify({ accounts })}\n` : `${people} been told.\n`);
}
