/** A client of python3-slixmpp, which we did not write, in its own process: asked in JSON, and telling what happens. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { SnugProcess } from '../snug-process.ts';

/** Debian's own, whatever else is first in PATH. */
const PYTHON = '/usr/bin/python3';
const DRIVER = join(import.meta.dirname, 'driver.py');
const EVENT_MS = 10_000;

/** Why these tests cannot run here; undefined when they can. */
export function whyNoSlixmpp(): string | undefined {
  const isThere = spawnSync(PYTHON, ['-c', 'import slixmpp']).status === 0;
  return isThere ? undefined : 'python3-slixmpp is not installed';
}

export type Facts = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly pattern: Facts;
  readonly resolve: (event: Facts) => void;
}

export interface Login {
  readonly jid: string;
  readonly password: string;
  readonly isDirectTls?: boolean;
  readonly hasStreamManagement?: boolean;
  readonly priority?: number;
  /** Numbers of XEPs for which slixmpp does more than it always does. */
  readonly plugins?: readonly string[];
}

export class SlixmppClient {
  readonly #python: ChildProcessByStdio<Writable, Readable, null> = spawn(PYTHON, ['-B', DRIVER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #exited = new Promise<void>((resolve) => this.#python.once('exit', () => resolve()));
  /** What happened and nobody has waited for yet. */
  #events: Facts[] = [];
  #waiting: Waiting[] = [];
  #lastId = 0;
  jid = '';

  constructor() {
    createInterface({ input: this.#python.stdout }).on('line', (line) => this.#read(JSON.parse(line)));
    void this.#exited.then(() => {
      for (const { reject } of this.#asked.values()) reject(new Error('slixmpp ended'));
    });
  }

  /** Connects to loopback, checks the certificate against the server's authority, logs in and becomes available. */
  async login(server: SnugProcess, dataDir: string, login: Login): Promise<Facts> {
    const session = (await this.ask('login', {
      jid: login.jid,
      password: login.password,
      host: '127.0.0.1',
      port: login.isDirectTls === true ? server.ports.c2sTls : server.ports.c2s,
      directTls: login.isDirectTls === true,
      caFile: join(dataDir, 'certificates', 'ca.pem'),
      streamManagement: login.hasStreamManagement ?? true,
      priority: login.priority ?? 0,
      plugins: login.plugins ?? [],
    })) as Facts;
    this.jid = String(session.jid);
    return session;
  }

  /** Does what `driver.py` has under this name; rejects with the condition of an error stanza. */
  ask(verb: string, given: Facts = {}): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#asked.set(id, answer);
    this.#python.stdin.write(`${JSON.stringify({ id, do: verb, ...given })}\n`);
    return answer.promise;
  }

  /** The first event, past or to come, that has all that `pattern` names; it is taken away. */
  async event(name: string, pattern: Facts = {}): Promise<Facts> {
    const wanted = { event: name, ...pattern };
    const index = this.#events.findIndex((event) => hasAll(event, wanted));
    if (index >= 0) return this.#events.splice(index, 1)[0] as Facts;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== entry);
        reject(new Error(`no ${JSON.stringify(wanted)} came; instead: ${JSON.stringify(this.#events)}`));
      }, EVENT_MS);
      const entry: Waiting = {
        pattern: wanted,
        resolve: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
      };
      this.#waiting.push(entry);
    });
  }

  /**
   * All events of this name that nobody has waited for. A round trip to the server comes first, so that whatever the
   * server had sent before has been read.
   */
  async leftovers(name: string): Promise<readonly Facts[]> {
    await this.ask('ping', { jid: this.jid.slice(this.jid.indexOf('@') + 1).split('/')[0] });
    return this.#events.filter(({ event }) => event === name);
  }

  /** Forgets what happened so far. */
  forget(): void {
    this.#events = [];
  }

  async close(): Promise<void> {
    this.#python.kill('SIGKILL');
    await this.#exited;
  }

  #read(line: Facts): void {
    if (typeof line.id === 'number' && line.event === undefined) {
      const answer = this.#asked.get(line.id);
      this.#asked.delete(line.id);
      if (line.error === undefined) answer?.resolve(line.result);
      else answer?.reject(new Error(String(line.error)));
      return;
    }
    const index = this.#waiting.findIndex(({ pattern }) => hasAll(line, pattern));
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.resolve(line);
    else this.#events.push(line);
  }
}

function hasAll(event: Facts, pattern: Facts): boolean {
  return Object.entries(pattern).every(([key, value]) => event[key] === value);
}
