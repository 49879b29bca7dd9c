import { expect, test } from 'vitest';
import { createConsoleLines, tee } from '../../server/log/console-lines.ts';
import { createLogger } from '../../server/log/log.ts';
import { formatLogLine, parseLogLine } from '../../server/log/log-line.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';

test('the newest 2000 lines are kept, and given oldest first', () => {
  const lines = new RecentLines();
  const log = createLogger('info', lines);
  for (let n = 0; n < 2500; n++) log.info({ n }, 'counted');
  expect(lines.recent(5000)).toHaveLength(2000);
  expect(lines.recent(2).map(({ fields }) => fields)).toEqual([{ n: 2498 }, { n: 2499 }]);
  expect(lines.recent(0)).toEqual([]);
});

test('long lines do not fill the memory: older ones go first', () => {
  const lines = new RecentLines();
  for (let n = 0; n < 100; n++) lines.write(`${JSON.stringify({ msg: `${n} ${'x'.repeat(200_000)}` })}\n`);
  expect(lines.recent(100).length).toBeLessThan(25);
  expect(lines.recent(1)[0]?.message).toMatch(/^99 x/);
});

test('a follower hears each line from then on, until it stops', () => {
  const lines = new RecentLines();
  const log = createLogger('info', lines).child('router');
  const heard: string[] = [];
  log.info({}, 'before');
  const stop = lines.follow(({ room, message }) => heard.push(`${room} ${message}`));
  log.info({}, 'during');
  stop();
  log.info({}, 'after');
  expect(heard).toEqual(['router during']);
});

test('one log goes to several places', () => {
  const [first, second] = [new RecentLines(), new RecentLines()];
  createLogger('info', tee(first, second)).info({}, 'said');
  expect([first, second].map((lines) => lines.recent(1)[0]?.message)).toEqual(['said', 'said']);
});

test('the console gets text for people or events for programs', () => {
  const written: string[] = [];
  const write = (text: string): void => {
    written.push(text);
  };
  const line =
    '{"level":"warn","time":"2026-01-31T12:00:00.000Z","room":"router","jid":"ann@miller.local","msg":"gone"}\n';
  createConsoleLines('text', write).write(line);
  createConsoleLines('json', write).write(line);
  expect(written[0]).toBe('2026-01-31T12:00:00.000Z warn  router: gone jid="ann@miller.local"\n');
  expect(JSON.parse(written[1] ?? '')).toEqual({
    event: 'log',
    time: '2026-01-31T12:00:00.000Z',
    level: 'warn',
    room: 'router',
    message: 'gone',
    fields: { jid: 'ann@miller.local' },
  });
});

test('what strangers sent cannot steer the terminal', () => {
  const line = parseLogLine(JSON.stringify({ level: 'info', msg: '\u001b[2J\u202e', name: 'a\u009bb\nc' }));
  expect(formatLogLine(line)).not.toMatch(/[\p{Cc}\u202e]/u);
});
