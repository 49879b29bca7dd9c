/**
 * Prosody's own integration scripts, which we did not write, against the server. The scripts are fetched from Debian at
 * run time by a runner that stands beside the project; where that or the network is missing, this is skipped.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../e2e/server-in-test.ts';

const RUNNER = resolve(import.meta.dirname, '../../../shared/interop/scansion-runner/run.sh');
const RUN_MS = 240_000;
/** The runner's own word for "the scripts cannot be had" (sysexits.h: EX_UNAVAILABLE). */
const UNAVAILABLE = 69;

const SCRIPTS = [
  'basic',
  'basic_message',
  'basic_roster',
  'blocking',
  'disco_self',
  'issue1121',
  'keep_full_sub_req',
  'lastactivity',
  'presence_preapproval',
  'vcard_temp',
  'version',
];

/** Scripts for services that the server does not have. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  issue505: 'it enters a room, and there is no room service (XEP-0045)',
  issue978: 'it enters a room, and there is no room service (XEP-0045)',
  'issue978-multi': 'it enters rooms, and there is no room service (XEP-0045)',
};

/** What only Prosody can say, and what a script must expect in its place; as the runner's `--map`. */
const OTHER_WORDS: readonly { readonly map: string; readonly because: string }[] = [
  { map: 'Prosody=Snug', because: 'XEP-0092: the name of the software' },
  {
    map: "'1' xmlns='{scansion:any}' xmlns",
    because: 'RFC 6121 section 2.1.1: the version of a roster is whatever text the server chooses',
  },
];

/** Scripts whose expectations go beyond the specification, and how near we come. */
const OWN_WAYS: Readonly<Record<string, { readonly result: string; readonly because: string }>> = {
  blocking: { result: 'lax', because: "it demands Prosody's own sentence in an error; XEP-0191 section 3.3 has none" },
};

interface Result {
  readonly script: string;
  readonly result: string;
  readonly why: string | null;
}

function whyNot(): string | undefined {
  if (!existsSync(RUNNER)) return 'the runner for the scripts is not beside the project';
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'the scripts come from Debian, and there is no apt-get';
  return spawnSync('python3', ['--version']).status === 0 ? undefined : 'python3 is not installed';
}

let reason = whyNot();
let server: ServerInTest;
let directory: string;
let results: ReadonlyMap<string, Result>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'snug-scansion-'));
  if (reason !== undefined) return;
  server = await ServerInTest.start({
    domain: 'localhost',
    settings: [
      'registration.open=true',
      'registration.maxPerHour=0',
      'accounts.minPasswordLength=1',
      'admin.jids=admin@localhost',
    ],
  });
  results = new Map((await runScripts()).map((result) => [result.script.replace(/\.scs$/, ''), result]));
}, RUN_MS);
afterAll(async () => {
  await server?.close();
  rmSync(directory, { recursive: true });
});
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

async function runScripts(): Promise<readonly Result[]> {
  const file = join(directory, 'results.json');
  const port = String(server.process.ports.c2s);
  const words = ['--host', '127.0.0.1', '--port', port, '--provision', 'ibr', '--classify', '--quiet', '0.5'];
  const only = `^(${SCRIPTS.join('|')})\\.scs$`;
  const { status, output } = await new Promise<{ status: unknown; output: string }>((done) => {
    execFile(
      RUNNER,
      ['--', ...words, ...OTHER_WORDS.flatMap(({ map }) => ['--map', map]), '--only', only, '--json', file],
      { env: { ...process.env, SUITES: 'trixie' }, timeout: RUN_MS },
      (error, stdout, stderr) => done({ status: error?.code ?? 0, output: stdout + stderr }),
    );
  });
  if (status === UNAVAILABLE) {
    reason = "Prosody's scripts could not be fetched from Debian";
    return [];
  }
  if (!existsSync(file)) throw new Error(`the runner failed (${String(status)}): ${output}`);
  return JSON.parse(readFileSync(file, 'utf8')).results;
}

test.for(Object.keys(OUT_OF_REACH))('%s', (script, { skip }) => skip(OUT_OF_REACH[script]));

test.for(SCRIPTS)('%s', (script) => {
  const found = results.get(script);
  const expected = OWN_WAYS[script]?.result ?? 'pass';
  expect(found?.result, found?.why ?? 'the script was not run').toBe(expected);
});
