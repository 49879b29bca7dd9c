/** What is measured, and which figure of the load generator's answer is compared. */

export interface Scenario {
  readonly name: string;
  /** What it is, for readers of the table. */
  readonly title: string;
  /** `plain`: no server archives anything. `archived`: every message is in the archive, on disk in SQLite. */
  readonly kind: Kind;
  readonly args: readonly string[];
  /** The figure that is compared: server CPU in milliseconds per so many things. */
  readonly figure: string;
  readonly unit: string;
}

export type Kind = 'plain' | 'archived';

export const USERS = 100;
const users = ['--users', String(USERS)];
/** Scenarios that end by themselves; the others run for `--seconds`. */
const chat = ['--scenario', 'chat', ...users];
const PER_MESSAGE = { figure: 'server_cpu_ms_per_1000_msg', unit: 'CPU ms per 1000 messages' };
const PER_DELIVERY = { figure: 'server_cpu_ms_per_1000_delivery', unit: 'CPU ms per 1000 deliveries' };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'idle',
    title: 'memory of an idle session',
    kind: 'plain',
    args: ['--scenario', 'idle', ...users, '--settle', '3'],
    figure: 'rss_kb_per_session',
    unit: 'KB per session',
  },
  {
    name: 'login',
    title: 'login',
    kind: 'plain',
    args: ['--scenario', 'login', ...users, '--concurrency', '8'],
    figure: 'server_cpu_ms_per_login',
    unit: 'CPU ms per login',
  },
  { name: 'chat', title: 'chat', kind: 'plain', args: [...chat, '--window', '1'], ...PER_MESSAGE },
  {
    name: 'chat8',
    title: 'chat, 8 under way per pair',
    kind: 'plain',
    args: [...chat, '--window', '8'],
    ...PER_MESSAGE,
  },
  {
    name: 'sm',
    title: 'chat with stream management, carbons, receipts and markers',
    kind: 'plain',
    args: [...chat, '--window', '1', '--rich', '--sm', '--carbons'],
    ...PER_MESSAGE,
  },
  {
    name: 'presence',
    title: 'presence',
    kind: 'plain',
    args: ['--scenario', 'presence', ...users, '--count', '8'],
    ...PER_DELIVERY,
  },
  {
    name: 'room',
    title: 'a room of 50',
    kind: 'plain',
    args: ['--scenario', 'muc', '--users', '50', '--window', '1'],
    ...PER_DELIVERY,
  },
  // First, before two runs of chat have left their work behind.
  {
    name: 'catch-up',
    title: 'reading the archive',
    kind: 'archived',
    args: ['--scenario', 'mam', '--users', '8', '--count', '2000'],
    ...PER_MESSAGE,
  },
  { name: 'archived', title: 'archived chat', kind: 'archived', args: [...chat, '--window', '1'], ...PER_MESSAGE },
  {
    name: 'archived-sm',
    title: 'archived chat with the commit before each acknowledgement',
    kind: 'archived',
    args: [...chat, '--window', '1', '--sm'],
    ...PER_MESSAGE,
  },
];
