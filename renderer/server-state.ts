/** The one state that the header, the overview and the tray speak of. */
import { useEffect, useState } from 'react';
import type { ServerState, Status } from '../server/control/contract.ts';
import type { Line } from './connection.ts';
import { desktop } from './desktop.ts';
import { useLine, useStatus } from './queries.ts';
import { texts } from './texts.ts';

export type StateKind = ServerState['kind'];

/** From the shell where there is one, because it knows of a server that does not run; else from the line. */
export function useServerState(): ServerState {
  const line = useLine();
  const { data: status } = useStatus();
  const told = useShellState();
  return describeState(line, status, told);
}

export function describeState(line: Line, status: Status | undefined, told: ServerState | undefined): ServerState {
  const online = line.kind === 'online' ? status?.onlineAccounts : undefined;
  if (told !== undefined) return online === undefined ? told : { ...told, online };
  if (line.kind === 'offline') return { kind: 'failed', reason: texts.state.notReachable };
  if (line.kind === 'unknown-browser') return { kind: 'running-with-problem', reason: texts.state.unknownBrowser };
  if (line.kind === 'connecting' || status === undefined) return { kind: 'starting', reason: texts.state.connecting };
  if (status.state === 'stopping') return { kind: 'stopped', reason: texts.state.stopping };
  const running = { online: status.onlineAccounts, address: status.domain };
  const { length } = status.problems;
  if (length > 0) return { kind: 'running-with-problem', ...running, reason: texts.state.attention(length) };
  return { kind: 'running', ...running };
}

/** The word and the reason behind it, for one line. */
export function stateReason({ kind, reason, online }: ServerState): string | undefined {
  if (reason !== undefined) return reason;
  return kind === 'running' && online !== undefined ? texts.state.online(online) : undefined;
}

function useShellState(): ServerState | undefined {
  const [told, setTold] = useState<ServerState>();
  useEffect(() => {
    const shell = desktop();
    if (shell === undefined) return;
    let isTold = false;
    const stop = shell.onServerState((state) => {
      isTold = true;
      setTold(state);
    });
    // What was pushed meanwhile is newer than this answer.
    shell.serverState().then(
      (state) => {
        if (!isTold) setTold(state);
      },
      () => undefined,
    );
    return stop;
  }, []);
  return told;
}
