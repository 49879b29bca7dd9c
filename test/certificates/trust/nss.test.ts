/** Browsers on Linux: found where they keep their certificates, and told with the real `certutil` where it is there. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateKeyPem, issueAuthority } from '../../../server/certificates/issue.ts';
import { run } from '../../../server/certificates/trust/run.ts';
import { ThisComputer } from '../../../server/certificates/trust/this-computer.ts';
import type { Run } from '../../../server/certificates/trust/trust-store.ts';
import { temporaryFolder } from '../pem-maker.ts';
import { fakeRun } from './fake-run.ts';

const keyPem = await generateKeyPem();
const issue = () => issueAuthority({ domain: 'miller.local', keyPem, nowMs: Date.now() });
const authority = { name: 'Snug CA for miller.local', pem: await issue() };
const isCertutilHere = spawnSync('certutil', ['--help']).error === undefined;

function linux(home: string, how: Run = run) {
  const surroundings = { platform: 'linux', home, environment: {}, run: how } as const;
  return new ThisComputer(surroundings, "/home/anna's/ca.pem");
}

/** A home in which Chromium has been used, and Firefox with two profiles. */
function household(): string {
  const home = temporaryFolder();
  mkdirSync(join(home, '.config/chromium'), { recursive: true });
  for (const profile of ['a1b2.default-release', 'c3d4.work']) {
    const path = join(home, '.mozilla/firefox', profile);
    mkdirSync(path, { recursive: true });
    if (isCertutilHere) spawnSync('certutil', ['-N', '--empty-password', '-d', `sql:${path}`]);
    else writeFileSync(join(path, 'cert9.db'), '');
  }
  mkdirSync(join(home, '.mozilla/firefox/Crash Reports'));
  return home;
}

const NAMES = ['Chromium, Chrome and Edge', 'Firefox (default-release)', 'Firefox (work)'];

describe.skipIf(!isCertutilHere)('with certutil (from libnss3-tools)', () => {
  test('every browser trusts it after one press, and none after another', async () => {
    const home = household();
    const computer = linux(home);
    const isTrusted = async () => (await computer.report(authority)).places.map((place) => place.isTrusted);
    expect((await computer.report(authority)).places.map(({ name }) => name)).toEqual(NAMES);
    expect(await isTrusted()).toEqual([false, false, false]);
    await computer.install(authority);
    expect(await isTrusted()).toEqual([true, true, true]);
    expect(existsSync(join(home, '.pki/nssdb/cert9.db'))).toBe(true);
    await computer.install(authority);
    await computer.remove(authority);
    expect(await isTrusted()).toEqual([false, false, false]);
    await computer.remove(authority);
  });

  test('a newer authority of the same name takes the place of the old one', async () => {
    const computer = linux(household());
    const newer = {
      ...authority,
      pem: await issueAuthority({ domain: 'miller.local', keyPem: await generateKeyPem(), nowMs: Date.now() }),
    };
    await computer.install(authority);
    await computer.install(newer);
    expect((await computer.report(newer)).places.every(({ isTrusted }) => isTrusted)).toBe(true);
    expect((await computer.report(authority)).places.some(({ isTrusted }) => isTrusted)).toBe(false);
  });

  test('one that somebody keeps without trusting it counts as not trusted, and is trusted again', async () => {
    const home = household();
    const computer = linux(home);
    await computer.install(authority);
    spawnSync('certutil', ['-M', '-d', `sql:${join(home, '.pki/nssdb')}`, '-n', authority.name, '-t', ',,']);
    expect((await computer.report(authority)).places.map(({ isTrusted }) => isTrusted)).toEqual([false, true, true]);
    await computer.install(authority);
    expect((await computer.report(authority)).places.every(({ isTrusted }) => isTrusted)).toBe(true);
  });

  test('a database that cannot be opened is named in the refusal', async () => {
    const home = household();
    writeFileSync(join(home, '.mozilla/firefox/c3d4.work/cert9.db'), 'nonsense'.repeat(2000));
    const computer = linux(home);
    await expect(computer.install(authority)).rejects.toThrow(/^Firefox \(work\) did not take it: /);
  });
});

test('the database that Chromium uses already is taken, wherever it is', async () => {
  const home = household();
  mkdirSync(join(home, '.local/share/pki/nssdb'), { recursive: true });
  const { run: fake, ran } = fakeRun((line) => ({ status: line.includes(' -L ') ? 255 : 0 }));
  await linux(home, fake).install(authority);
  const path = join(home, '.local/share/pki/nssdb');
  expect(ran).toContain(`certutil -A -d sql:${path} -f /dev/null -n ${authority.name} -t C,, -i FILE`);
  expect(ran.filter((line) => line.includes(' -N '))).toEqual([]);
});

test('without certutil it is said how to get it, and nothing is tried', async () => {
  const { run: fake, ran } = fakeRun(() => ({ status: null }));
  const computer = linux(household(), fake);
  await expect(computer.install(authority)).rejects.toThrow('sudo apt install libnss3-tools');
  expect(await computer.report(authority)).toMatchObject({ places: [], hint: expect.stringContaining('certutil') });
  expect(ran).toEqual(['certutil --help', 'certutil --help']);
});

test('without any browser there is nothing to tell, and the command for the whole system is shown', async () => {
  const computer = linux(temporaryFolder());
  await expect(computer.install(authority)).rejects.toThrow('No browser has been used here yet');
  const { places, command } = await computer.report(authority);
  expect(places).toEqual([]);
  expect(command).toContain(`'/home/anna'\\''s/ca.pem'`);
});
