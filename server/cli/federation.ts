/** `snug federation`: chatting with people of other servers, switched and looked at. */
import { connectControl } from '../control/client.ts';
import type { FederationOverview, FederationPeer, FederationReport } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure } from './failure.ts';
import { block, byteSize, table } from './output.ts';

export async function switchFederation(isEnabled: boolean, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const overview = await (await connectControl(dataDir)).federation.setEnabled({ isEnabled });
  if (isEnabled && overview.state !== 'on') {
    throw new CommandFailure('refused', overview.why ?? 'Federation could not be switched on.');
  }
  if (json) return terminal.writeOut(`${JSON.stringify(overview)}\n`);
  terminal.writeOut(isEnabled ? `Federation is on.\n${lines(overview)}\n` : 'Federation is off.\n');
}

export async function showFederation({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const overview = await (await connectControl(dataDir)).federation.get();
  if (json) return terminal.writeOut(`${JSON.stringify(overview)}\n`);
  const { state, why, peers } = overview;
  const reason = why === undefined ? '' : ` ${why}`;
  terminal.writeOut(`Federation is ${state}.${reason}\n${lines(overview)}\n`);
  if (peers.length === 0) return;
  const rows = peers.map((peer) => [peer.domain, peer.state, proofs(peer), String(peer.queued), remark(peer)]);
  terminal.writeOut(`\n${table(['SERVER', 'STATE', 'PROVEN BY', 'WAITING', ''], rows)}\n`);
}

/** Fails when a message would not get there. */
export async function testFederation(domain: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const report: FederationReport = await (await connectControl(dataDir)).federation.test({ domain });
  if (json) terminal.writeOut(`${JSON.stringify(report)}\n`);
  else {
    const steps = report.steps.map(({ name, outcome, text }) => [MARKS[outcome], name, text]);
    terminal.writeOut(`${table(['', 'STEP', 'RESULT'], steps)}\n`);
  }
  if (!report.isReachable) throw new CommandFailure('unreachable', `${report.domain} cannot be reached.`);
  if (!json) terminal.writeOut(`${report.domain} can be reached.\n`);
}

const MARKS = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const;

function lines({ domain, ports, queue }: FederationOverview): string {
  return block([
    ['Domain', domain],
    ['Port', ports.s2s === null ? 'shut' : String(ports.s2s)],
    ['Direct TLS', ports.s2sTls === null ? 'shut' : String(ports.s2sTls)],
    ['On their way', `${queue.messages} messages, ${byteSize(queue.bytes)}`],
  ]);
}

function proofs({ outgoing, incoming }: FederationPeer): string {
  return [...new Set([...outgoing, ...incoming].map(({ proof }) => proof))].join(', ');
}

function remark({ state, failure }: FederationPeer): string {
  return state === 'connected' || failure === undefined ? '' : failure.text;
}
