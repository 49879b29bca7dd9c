/**
 * Two people of one server who chat, in a process of their own so that nobody else's work counts as theirs. Writes a JSON
 * line every half second: the milliseconds that each message took from the one to the other.
 */
import { ChatClient } from '../chat-client.ts';

const PACE_MS = 10;
const REPORT_MS = 500;

const [port, domain = '', ...credentials] = process.argv.slice(2);
const [romeo = '', romeoPassword = '', juliet = '', julietPassword = ''] = credentials;

const sentAt = new Map<string, number>();
let took: number[] = [];
let sent = 0;
let arrived = 0;

const client = (localpart: string, password: string, received: (id: string) => void) =>
  new ChatClient({
    port: Number(port),
    domain,
    localpart,
    password,
    resource: 'chatting',
    received: (message) => received(message.attr('id') ?? ''),
  });

const writer = client(romeo, romeoPassword, () => undefined);
const reader = client(juliet, julietPassword, (id) => {
  const at = sentAt.get(id);
  if (at === undefined) return;
  sentAt.delete(id);
  arrived++;
  took.push(performance.now() - at);
});
await writer.login();
await reader.login();

const writing = setInterval(() => {
  const id = `chat-${++sent}`;
  sentAt.set(id, performance.now());
  writer.send(`<message to='${juliet}@${domain}' type='chat' id='${id}'><body>${id}</body></message>`);
  if (sent % 50 === 0) writer.requestAcknowledgement();
}, PACE_MS);
setInterval(() => {
  process.stdout.write(`${JSON.stringify({ took, sent, arrived })}\n`);
  took = [];
}, REPORT_MS);
process.stdin.on('data', () => clearInterval(writing));
process.on('SIGTERM', () => process.exit());
