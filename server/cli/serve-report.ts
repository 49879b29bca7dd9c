/** What `snug serve` tells whoever started it: a block for people, or one JSON event per line for programs. */
import { portsText } from './inspect.ts';
import { block } from './output.ts';
import type { RunningServer } from './server-entry.ts';
import type { Terminal } from './terminal.ts';

export interface ServeReport {
  /** The server accepts streams. */
  ready(server: RunningServer): void;
  stopping(reason: string): void;
  stopped(): void;
  error(code: string, message: string): void;
}

export function createServeReport(json: boolean, terminal: Terminal): ServeReport {
  return json ? jsonReport(terminal) : textReport(terminal);
}

function jsonReport(terminal: Terminal): ServeReport {
  const send = (event: object): void => terminal.writeOut(`${JSON.stringify(event)}\n`);
  return {
    ready: ({ domain, ports, joinPage, addresses, fingerprint, firstAdmin, window }) =>
      send({
        event: 'ready',
        pid: process.pid,
        domain,
        ports,
        ...(joinPage === undefined ? {} : { joinPage }),
        addresses,
        fingerprint,
        ...(firstAdmin === undefined ? {} : { admin: firstAdmin }),
        ...(window === undefined ? {} : { window }),
      }),
    stopping: (reason) => send({ event: 'stopping', reason }),
    stopped: () => send({ event: 'stopped' }),
    error: (code, message) => send({ event: 'error', code, message }),
  };
}

function textReport(terminal: Terminal): ServeReport {
  return {
    ready: (server) => terminal.writeOut(`${readyText(server)}\n`),
    stopping: (reason) => terminal.writeOut(`Stopping (${reason}) …\n`),
    stopped: () => terminal.writeOut('Stopped.\n'),
    error: (_code, message) => terminal.writeError(`${message}\n`),
  };
}

function readyText({ domain, ports, joinPage, addresses, fingerprint, firstAdmin, window }: RunningServer): string {
  const facts: [string, string][] = [
    ['Domain', domain],
    ['Addresses', addresses.join(', ')],
    ['Ports', portsText(ports)],
    ...(joinPage === undefined ? [] : [['Join page', joinPage] as [string, string]]),
    ['Certificate', `${fingerprint} (SHA-256)`],
  ];
  if (firstAdmin !== undefined) {
    facts.push(['Administrator', firstAdmin.jid], ['Password', `${firstAdmin.password} (shown only once)`]);
  }
  if (window !== undefined) facts.push(['Window', `${window} (once, within 10 minutes)`]);
  return ['Snug is ready.', '', block(facts), '', 'To stop it press Ctrl+C, or run: snug stop'].join('\n');
}
