/**
 * Prosody's own integration scripts, which we did not write, against the server. The scripts are fetched from Debian at
 * run time by a runner that stands beside the project; where that or the network is missing, this is skipped.
 */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../e2e/server-in-test.ts';
import { runSnug } from '../e2e/snug-command.ts';
import { MORE_IS_FINE, NOT_OURS, OTHER_WORDS, OWN_WAYS } from './scansion-changes.ts';

const RUNNER = resolve(import.meta.dirname, '../../../shared/interop/scansion-runner/run.sh');
const RUN_MS = 240_000;
/** The runner's own word for "the scripts cannot be had" (sysexits.h: EX_UNAVAILABLE). */
const UNAVAILABLE = 69;
const MAX_STARTS = 5;
/** Of Prosody 13. Fewer means that the scripts were not read as a whole. */
const LEAST_SCRIPTS = 50;

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
const scripts = new Set<string>();
/** Of the server, when it was to be started again. */
const failures: unknown[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'snug-scansion-'));
  if (reason !== undefined) return;
  server = await ServerInTest.start({
    domain: 'localhost',
    settings: [
      'registration.open=true',
      'registration.approval=false',
      'registration.maxPerHour=0',
      'accounts.minPasswordLength=1',
      // As the scripts' own configuration has it.
      'pubsub.creation=admins',
      'upload.maxFileBytes=10000000',
      'external-services.services=stun:default.example:9876,turn:default.example:9876',
      'external-services.secret=foo',
      'contact.abuse=mailto:abuse@localhost,xmpp:abuse@localhost',
      'contact.admin=mailto:keeper@localhost,xmpp:keeper@localhost',
      'contact.feedback=http://localhost/feedback.html,mailto:feedback@localhost,xmpp:feedback@localhost',
      'contact.sales=xmpp:sales@localhost',
      'contact.security=xmpp:security@localhost',
      'contact.status=gopher://status.localhost',
      'contact.support=https://localhost/support.html,xmpp:support@localhost',
    ],
  });
  await makeBeginning();
  results = new Map((await runScripts()).map((result) => [result.script.replace(/\.scs$/, ''), result]));
}, RUN_MS);
afterAll(async () => {
  await server?.close();
  rmSync(directory, { recursive: true });
});
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

/** What each script finds: an administrator, whom nobody could make by registering. */
async function makeBeginning(): Promise<void> {
  const password = join(directory, 'password');
  writeFileSync(password, 'password\n');
  await runSnug(server.dataDir, 'user', 'add', 'keeper', '--password-file', password);
  await runSnug(server.dataDir, 'user', 'role', 'keeper', 'admin');
  await server.process.stop();
  cpSync(server.dataDir, join(directory, 'beginning'), { recursive: true });
}

/**
 * Scripts share accounts and rooms, and expect to be the first: the runner waits for a fresh server before each, by
 * connecting to this port and reading until its end.
 */
async function openResetDoor(): Promise<{ readonly command: string; close(): void }> {
  const door = createServer((socket) => {
    void startAfresh().finally(() => socket.end());
  });
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const { port } = door.address() as AddressInfo;
  const connect = `require('node:net').connect(${port}, '127.0.0.1').resume()`;
  return { command: `${process.execPath} -e "${connect}"`, close: () => door.close() };
}

/** Another process may have got one of the ports meanwhile; then it has mostly let go of it at the next attempt. */
async function startAfresh(): Promise<void> {
  for (let attempt = 1; attempt <= MAX_STARTS; attempt++) {
    try {
      await server.startAfresh(join(directory, 'beginning'));
      return;
    } catch (error) {
      failures.push(error);
    }
  }
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
  const fetched = join(directory, 'fetched');
  mkdirSync(fetched);
  // Without scripts to run, for the sake of those that it leaves in its directory.
  const { status } = await run(['--', '--only', '^$'], { KEEP: '1', TMPDIR: fetched, SUITES: 'trixie' });
  if (status === UNAVAILABLE) {
    reason = "Prosody's scripts could not be fetched from Debian";
    return [];
  }
  const adapted = join(directory, 'adapted');
  mkdirSync(adapted);
  for (const entry of readdirSync(fetched, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.scs')) continue;
    const script = entry.name.slice(0, -'.scs'.length);
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    if (!(script in NOT_OURS)) writeFileSync(join(adapted, entry.name), adapt(script, text));
    scripts.add(script);
  }
  const strictly = `^(?!(${MORE_IS_FINE.join('|')})\\.)`;
  const laxly = `^(${MORE_IS_FINE.join('|')})\\.`;
  return [
    ...(await runAll(adapted, resetCommand, '--only', strictly)),
    ...(await runAll(adapted, resetCommand, '--only', laxly, '--level', 'lax')),
  ];
}

function adapt(script: string, text: string): string {
  const special = OWN_WAYS[script] ?? [];
  for (const { from, because } of special) {
    if (text.search(from) < 0) throw new Error(`${script} does not want this any more: ${because}`);
  }
  return [...special, ...OTHER_WORDS].reduce((changed, { from, to }) => changed.replace(from, to), text);
}

async function runAll(folder: string, resetCommand: string, ...words: readonly string[]): Promise<readonly Result[]> {
  const file = join(folder, 'results.json');
  const target = ['--host', '127.0.0.1', '--port', String(server.process.ports.c2s), '--provision', 'ibr'];
  const pace = ['--quiet', '0.5', '--timeout', '3', '--reset-cmd', resetCommand];
  const { status, output } = await run(['--scs', folder, '--', ...target, ...pace, '--json', file, ...words], {});
  if (!existsSync(file)) throw new Error(`the runner failed (${String(status)}): ${output}`);
  return JSON.parse(readFileSync(file, 'utf8')).results;
}

function run(words: readonly string[], environment: Readonly<Record<string, string>>) {
  return new Promise<{ status: unknown; output: string }>((done) => {
    execFile(
      RUNNER,
      words,
      { env: { ...process.env, ...environment }, timeout: RUN_MS, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => done({ status: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

test('all scripts are there, and what is said of some is said of scripts that there are', () => {
  expect(scripts.size).toBeGreaterThanOrEqual(LEAST_SCRIPTS);
  const named = [...Object.keys(OWN_WAYS), ...MORE_IS_FINE, ...Object.keys(NOT_OURS)];
  expect(named.filter((script) => !scripts.has(script))).toEqual([]);
});

test('all scripts pass', () => {
  const run = [...scripts].filter((script) => !(script in NOT_OURS)).sort();
  const found = run.map((script) => [script, results.get(script)?.result, results.get(script)?.why ?? null]);
  expect(found, failures.map(String).join('\n')).toEqual(run.map((script) => [script, 'pass', null]));
});
