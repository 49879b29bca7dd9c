/**
 * Prosody's own integration scripts, which we did not write, against the server. The scripts are fetched from Debian at
 * run time by a runner that stands beside the project; where that or the network is missing, this is skipped.
 */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
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
  'issue505',
  'issue978',
  'issue978-multi',
  'keep_full_sub_req',
  'lastactivity',
  // Rooms. Those left out want what is not there yet (an archive, photos in vCards) or the opposite of the XEP
  // (muc_register, muc_show_offline: registration-required where section 7.10 has not-allowed).
  'muc_affiliation_notify',
  'muc_members_only_change',
  'muc_members_only_deregister',
  'muc_nickname_change',
  'muc_outcast_reason',
  'muc_password',
  'muc_subject_issue_667',
  'muc_whois_anyone_member',
  'presence_preapproval',
  'vcard_temp',
  'version',
];

/** What only Prosody can say, and what a script must expect in its place; as the runner's `--map`. */
const OTHER_WORDS: readonly { readonly map: string; readonly because: string }[] = [
  { map: 'conference.localhost=rooms.localhost', because: 'a service may have any name' },
  { map: 'Prosody=Snug', because: 'XEP-0092: the name of the software' },
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

/**
 * Scripts share accounts and rooms, and expect to be the first: the runner waits for a fresh server before each, by
 * connecting to this port and reading until its end.
 */
async function openResetDoor(): Promise<{ readonly command: string; close(): void }> {
  const door = createServer((socket) => {
    server.startAfresh().then(
      () => socket.end(),
      () => socket.destroy(),
    );
  });
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const { port } = door.address() as AddressInfo;
  const connect = `require('node:net').connect(${port}, '127.0.0.1').resume()`;
  return { command: `${process.execPath} -e "${connect}"`, close: () => door.close() };
}

async function runScripts(): Promise<readonly Result[]> {
  const door = await openResetDoor();
  try {
    return await runScriptsWith(door.command);
  } finally {
    door.close();
  }
}

async function runScriptsWith(resetCommand: string): Promise<readonly Result[]> {
  const file = join(directory, 'results.json');
  const port = String(server.process.ports.c2s);
  const words = [
    '--host',
    '127.0.0.1',
    '--port',
    port,
    '--provision',
    'ibr',
    '--classify',
    '--quiet',
    '0.5',
    '--reset-cmd',
    resetCommand,
  ];
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

test.for(SCRIPTS)('%s', (script) => {
  const found = results.get(script);
  const expected = OWN_WAYS[script]?.result ?? 'pass';
  expect(found?.result, found?.why ?? 'the script was not run').toBe(expected);
});
