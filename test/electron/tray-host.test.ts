import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../electron/clock.ts';
import { processSystem } from '../../electron/system.ts';
import { hasTrayHost, type RunProgram } from '../../electron/tray-host.ts';
import { FakeClock } from '../scene/fake-clock.ts';

/** A computer that has only these programs, with what they print. */
function programs(outputs: Readonly<Record<string, string>>): { run: RunProgram; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    run: (file) => {
      asked.push(file);
      return Promise.resolve(outputs[file]);
    },
  };
}

const ask = (run: RunProgram, platform: NodeJS.Platform = 'linux') =>
  hasTrayHost({ platform, run, clock: systemClock, isPatient: false });

describe('whether there is a place for a tray icon', () => {
  test('is no question on Windows and macOS', async () => {
    const { run, asked } = programs({});
    expect(await ask(run, 'win32')).toBe(true);
    expect(await ask(run, 'darwin')).toBe(true);
    expect(asked).toEqual([]);
  });

  test.each([
    ['gdbus', '(<true>,)\n', '(<false>,)\n'],
    ['busctl', 'b true\n', 'b false\n'],
    ['dbus-send', 'method return …\n   variant       boolean true\n', '   variant       boolean false\n'],
  ])('is answered by %s', async (program, yes, no) => {
    expect(await ask(programs({ [program]: yes }).run)).toBe(true);
    expect(await ask(programs({ [program]: no }).run)).toBe(false);
  });

  test('is no when no program can ask', async () => {
    const { run, asked } = programs({});
    expect(await ask(run)).toBe(false);
    expect(asked).toEqual(['gdbus', 'busctl', 'dbus-send']);
  });

  test('is asked again for a while at login, when the panel may come up later', async () => {
    const clock = new FakeClock();
    let answers = ['(<false>,)', '(<false>,)', '(<true>,)'];
    const run: RunProgram = () => {
      const [answer = '(<false>,)', ...rest] = answers;
      answers = rest;
      return Promise.resolve(answer);
    };
    expect(await patiently(clock, run)).toBe(true);
    const beganAt = clock.now();
    expect(await patiently(clock, () => Promise.resolve('(<false>,)'))).toBe(false);
    expect(clock.now() - beganAt).toBe(20_000);
  });

  test('is no on a real bus without a panel', async ({ skip }) => {
    const check = spawnSync('dbus-run-session', ['--', 'gdbus', 'help']);
    if (check.status !== 0) skip('dbus-run-session and gdbus are not installed');
    const inSession: RunProgram = (file, args, timeoutMs) =>
      processSystem().runProgram('dbus-run-session', ['--', file, ...args], timeoutMs);
    expect(await ask(inSession)).toBe(false);
  });

  test('takes no longer than the programs are given', async () => {
    const { runProgram } = processSystem();
    expect(await runProgram('sleep', ['60'], 50)).toBeUndefined();
    expect(await runProgram('/no/such/program', [], 1_000)).toBeUndefined();
  });
});

/** Lets the clock go on whenever somebody waits for it. */
async function patiently(clock: FakeClock, run: RunProgram): Promise<boolean> {
  let result: boolean | undefined;
  void hasTrayHost({ platform: 'linux', run, clock, isPatient: true }).then((answer) => {
    result = answer;
  });
  while (result === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    if (result === undefined) clock.advance(2_000);
  }
  return result;
}
