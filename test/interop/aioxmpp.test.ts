/**
 * The end-to-end tests of aioxmpp, which we did not write, against the server. They are fetched from Debian at run time
 * by a runner that stands beside the project; where that, its Python packages or the network is missing, this is skipped.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { ServerInTest } from '../e2e/server-in-test.ts';

const RUNNER = resolve(import.meta.dirname, '../../../shared/interop/aioxmpp-run.sh');
const RUN_MS = 240_000;

/** What does not pass, each with why that is not the server's fault. */
const NOT_OURS: Readonly<Record<string, string>> = {
  test_handle_id_less_IQ_request_gracefully: 'the suite skips it wherever stream management is on',
  test_handle_malformed_iq_error_gracefully: 'the suite skips it wherever stream management is on',
  test_get_list: 'it wants commands for everybody; ours are for administrators, as XEP-0133 has them',
  test_ping: 'it runs a command called ping, which Prosody alone has',
  test_ping_with_async_cm: 'it runs a command called ping, which Prosody alone has',
};
/** Of 68: fewer means that the suite was not run as a whole. */
const LEAST_PASSED = 63;

function whyNot(): string | undefined {
  if (!existsSync(RUNNER)) return 'the runner for the suite is not beside the project';
  if (spawnSync('/usr/bin/python3', ['-c', 'import aioxmpp, pytest']).status !== 0)
    return 'python3-aioxmpp and python3-pytest are not installed';
  return spawnSync('apt-get', ['--version']).status === 0 ? undefined : 'the suite comes from Debian by apt-get';
}

let reason = whyNot();
let server: ServerInTest;
let directory: string;
let cases: readonly Element[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'snug-aioxmpp-'));
  if (reason !== undefined) return;
  server = await ServerInTest.start({
    domain: 'localhost',
    settings: [
      'registration.open=true',
      'registration.approval=false',
      'registration.maxPerHour=0',
      'accounts.minPasswordLength=1',
    ],
  });
  const report = join(directory, 'report.xml');
  const words = ['--host', '127.0.0.1', '--port', String(server.process.ports.c2s), '--domain', 'localhost'];
  const output = await new Promise<string>((done) => {
    execFile(
      RUNNER,
      [...words, '--register', 'ibr', '--', `--junitxml=${report}`],
      { timeout: RUN_MS, maxBuffer: 16 * 1024 * 1024 },
      (_error, stdout, stderr) => done(stdout + stderr),
    );
  });
  if (!existsSync(report)) {
    reason = `the suite could not be had: ${output.slice(-300)}`;
    return;
  }
  const [suite] = parseXml(readFileSync(report, 'utf8').replace(/^<\?xml[^>]*\?>/, '')).elements;
  cases = suite?.elements ?? [];
}, RUN_MS);
afterAll(async () => {
  await server?.close();
  rmSync(directory, { recursive: true });
});
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

const hasPassed = ({ elements }: Element): boolean =>
  !elements.some(({ name }) => name === 'failure' || name === 'error' || name === 'skipped');

test(`at least ${LEAST_PASSED} of the tests pass`, () => {
  expect(cases.filter(hasPassed).length).toBeGreaterThanOrEqual(LEAST_PASSED);
});

test('what does not pass is known, and why', () => {
  const failed = cases.filter((testCase) => !hasPassed(testCase));
  const unknown = failed.filter((testCase) => NOT_OURS[testCase.attr('name') ?? ''] === undefined);
  expect(unknown.map((testCase) => `${testCase.attr('name')}: ${testCase.elements[0]?.attr('message')}`)).toEqual([]);
});
