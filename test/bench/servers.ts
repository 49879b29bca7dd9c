/** The servers that are measured: ours from its own entry, the peers from Debian's packages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSnug } from '../e2e/snug-process.ts';
import { load, run, type Target, TOOLS } from './load.ts';
import { type Kind, USERS } from './scenarios.ts';

const CONTACTS = 10;

export interface Server extends Target {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const SETTINGS: Readonly<Record<Kind, readonly string[]>> = {
  plain: ['archive.default=never', 'rooms.archivedByDefault=false'],
  archived: [],
};

export async function startOurs(kind: Kind): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'snug-bench-'));
  const settings = [
    'registration.open=true',
    'registration.approval=false',
    'registration.maxPerHour=0',
    'log.level=warn',
    ...SETTINGS[kind],
  ];
  const snug = await startSnug({
    dataDir,
    args: ['--domain', 'localhost', ...settings.flatMap((setting) => ['--set', setting])],
  });
  const target = { port: snug.ports.c2s, rooms: 'rooms.localhost' };
  const users = ['--users', String(USERS)];
  await load(target, ['--scenario', 'register', ...users]);
  await load(target, ['--scenario', 'seedroster', ...users, '--contacts', String(CONTACTS)]);
  return {
    ...target,
    name: 'snug',
    pid: snug.pid,
    stop: async () => {
      await snug.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The script installs, seeds and starts a peer, and prints `name pid=… port=…`. */
export async function startPeer(name: 'prosody' | 'ejabberd', kind: Kind): Promise<Server> {
  const profile = `${name}-${kind === 'plain' ? 'a' : 'b'}`;
  const env = {
    ...process.env,
    PEER_USERS: String(USERS),
    PEER_CONTACTS: String(CONTACTS),
    PEERS_DIR: join(tmpdir(), 'snug-bench-peers'),
  };
  const output = await run('bash', [join(TOOLS, 'peers-up.sh'), profile], env);
  const [, pid, port] = /pid=(\d+) port=(\d+)/.exec(output) ?? [];
  if (pid === undefined || port === undefined) throw new Error(`${profile} did not start`);
  return {
    name,
    port: Number(port),
    rooms: 'conference.localhost',
    pid: Number(pid),
    stop: async () => {
      await run('bash', [join(TOOLS, 'peers-down.sh'), profile], env);
    },
  };
}
