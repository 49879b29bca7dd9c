/**
 * Prosody's own integration scripts, which we did not write, against the server. The scripts are fetched from Debian at
 * run time by a runner that stands beside the project; where that or the network is missing, this is skipped.
 */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../e2e/server-in-test.ts';

const RUNNER = resolve(import.meta.dirname, '../../../shared/interop/scansion-runner/run.sh');
const RUN_MS = 240_000;
/** The runner's own word for "the scripts cannot be had" (sysexits.h: EX_UNAVAILABLE). */
const UNAVAILABLE = 69;
/** Of Prosody 13. Fewer means that the scripts were not read as a whole. */
const LEAST_SCRIPTS = 50;

interface Change {
  readonly from: RegExp;
  readonly to: string;
  readonly because: string;
}

const NOT_ALLOWED: readonly Change[] = [
  {
    from: /<error type='auth'>\s*<registration-required /g,
    to: "<error type='cancel'><not-allowed ",
    because: 'XEP-0045 section 7.10: a room that somebody must not register with answers not-allowed',
  },
];
const ANY_VERSION: readonly Change[] = [
  {
    from: /(<query )ver='\d+'/g,
    to: "$1ver='{scansion:any}'",
    because: 'RFC 6121 section 2.6.1: what a version of a roster looks like is up to the server',
  },
];
const ASKED_ONCE: readonly Change[] = [
  {
    from: /Juliet receives:\s*<iq type='get' id='disco'[\s\S]*?<\/iq>\s*/,
    to: '',
    because: 'XEP-0115 section 8.2: what a hash stands for is asked of one client, not of all that have it',
  },
  {
    from: /Romeo receives:\s*<iq type='get' id='disco' from='pep-test-(?:tqvqu_pv|5k90xvps)@localhost'>.*<\/iq>\s*/g,
    to: '',
    because: 'his own account has asked; what he answers holds for his contacts as well',
  },
  {
    from: /Romeo sends:\s*<iq type='result' id='disco' to='pep-test-(?:tqvqu_pv|5k90xvps)@localhost'><query [^>]*IfQw[\s\S]*?(?=Juliet disconnects)/,
    to: '',
    because: 'with his second answer he would be notified a second time',
  },
];
const OWN_FORM: readonly Change[] = [
  {
    from: /<validate [\s\S]*?<\/validate>/g,
    to: '',
    because: 'XEP-0060 leaves XEP-0122 to the service, and how many items a node may keep as well',
  },
];

const OWN_DEFAULTS: readonly Change[] = [
  {
    from: /<field [^>]*pubsub#(?:send_last_published_item|itemreply)[\s\S]*?<\/field>/g,
    to: '',
    because: 'XEP-0060 section 16.4.2 leaves to the service how a new node is configured',
  },
];

/** What Prosody has and others need not have, and what all scripts must say in its place. */
const OTHER_WORDS: readonly Change[] = [
  { from: /conference\.localhost/g, to: 'rooms.localhost', because: 'a service may have any name' },
  { from: /Prosody/g, to: 'Snug', because: 'XEP-0092: the name of the software' },
  { from: /admin@localhost/g, to: 'keeper@localhost', because: 'the first start makes an account called admin' },
];

/** What single scripts want beyond the specification, and what they say instead. Everything else of them must pass. */
const OWN_WAYS: Readonly<Record<string, readonly Change[]>> = {
  blocking: [
    {
      from: /<text [^>]*>You have blocked this JID<\/text>/,
      to: '',
      because: 'XEP-0191 section 3.4 has no such sentence in its error',
    },
  ],
  extdisco: [
    {
      from: /\n\t*<service [^>]*type='ftp'[^>]*>/g,
      to: '',
      because: 'our setting takes STUN and TURN, which is what clients look for',
    },
    {
      from: /(\n\t*<service [^>]*type='turn'[^>]*>)\1/g,
      to: '$1',
      because: 'the same server with two secrets is a thing of that configuration',
    },
    {
      from: /(id='lx3' from[^>]*>\s*<services [^>]*)>/,
      to: "$1 type='ftp'>",
      because: 'XEP-0215 section 3.2: the answer names the type that was asked for',
    },
    {
      from: /restricted='1'/g,
      to: "restricted='true' expires='{scansion:any}'",
      because: 'XEP-0215 section 8: an xs:boolean, and a password that does not last',
    },
  ],
  http_upload: [
    {
      from: /(<get [^>]*\/>)\s*<put ([^>]*)>\s*<header [^>]*><\/header>\s*<\/put>/,
      to: '<put $2/>$1',
      because: 'XEP-0363 section 5: headers are up to the service; the order is that of its example',
    },
    {
      from: /<text [^>]*>[^<]*<\/text>/g,
      to: "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{words}</text>",
      because: 'what a person reads is not specified',
    },
    {
      from: /Romeo sends:\s*<iq [^>]*id='1401d3b5[\s\S]*?(?=Romeo disconnects)/,
      to: '',
      because: 'that configuration refuses programs; here any file may be shared',
    },
  ],
  muc_create_destroy: [
    {
      from: /<x xmlns=["']vcard-temp:x:update["']>\s*<photo\/>\s*<\/x>/g,
      to: '',
      because: 'XEP-0398 section 4 has the server add the hash of a picture; here is no picture',
    },
    {
      from: /Admin connects\s[\s\S]*$/,
      to: '',
      because: 'the rest is a command that Prosody alone has',
    },
  ],
  muc_mediated_invite: [
    { from: /<reason\/>/g, to: '', because: 'XEP-0045 section 7.8.2: a reason only where the inviter gave one' },
  ],
  muc_presence_probe: [
    {
      from: /(from='rooms?@[^']*\/Romeo'[\s\S]*?role='moderator'[^>]*\/>)(?=\s*<\/x>)/g,
      to: "$1<status code='110'/>",
      because: 'XEP-0045 section 7.2.2: 110 marks one’s own presence',
    },
  ],
  muc_register: NOT_ALLOWED,
  muc_show_offline: NOT_ALLOWED,
  pep_itemreply: [...ANY_VERSION, ...ASKED_ONCE],
  pep_publish_subscribe: [...ANY_VERSION, ...ASKED_ONCE],
  pubsub_config: OWN_FORM,
  pubsub_max_items: [...OWN_FORM, ...OWN_DEFAULTS],
  pubsub_multi_items: [...OWN_FORM, ...OWN_DEFAULTS],
  pubsub_preconditions: OWN_FORM,
};

/** Scripts in which further fields of a form, and other sentences for people, are no failure; the runner's level `lax`. */
const MORE_IS_FINE: readonly string[] = [
  'http_upload',
  'muc_register',
  'muc_show_offline',
  'pubsub_config',
  'pubsub_max_items',
  'pubsub_multi_items',
  'pubsub_preconditions',
];

/** Scripts that as a whole want what the specifications do not. */
const NOT_OURS: Readonly<Record<string, string>> = {
  muc_nickname_robotface:
    'it wants an answer from a room’s address with U+FE0F in it; RFC 8264 section 9.13 allows that in no address',
  tombstones:
    'it wants an error from an account that is gone; RFC 6121 section 4.3.2 has unsubscribed, which Appendix A.3.4 ' +
    'keeps from somebody who was not subscribed',
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
const scripts = new Set<string>();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'snug-scansion-'));
  if (reason !== undefined) return;
  server = await ServerInTest.start({
    domain: 'localhost',
    settings: [
      'registration.open=true',
      'registration.maxPerHour=0',
      'accounts.minPasswordLength=1',
      'admin.jids=keeper@localhost',
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
  expect(found).toEqual(run.map((script) => [script, 'pass', null]));
});
