/** Two Snug servers on the loopback which find each other by a DNS server of the test's own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { FederationOverview } from '../../../server/control/contract.ts';
import type { Element } from '../../../server/xml/element.ts';
import { FakeDns, type Zone } from '../../federation/dialling/fake-dns.ts';
import { freePort } from '../../free-port.ts';
import { ChatClient } from '../chat-client.ts';
import { ServerInTest } from '../server-in-test.ts';
import { addAccount, type NewAccount, runSnug } from '../snug-command.ts';

export interface TwoServersOptions {
  /** Whether each has the other's authority among those that may vouch. */
  readonly trust: boolean;
  readonly settings?: readonly string[];
  /** To which of the two ports SRV records lead. */
  readonly by?: 'starttls' | 'direct-tls';
}

const WAIT = { timeout: 15_000 };
const SERVICES = { starttls: '_xmpp-server', 'direct-tls': '_xmpps-server' } as const;

export class TwoServers implements AsyncDisposable {
  readonly a: ServerInTest;
  readonly b: ServerInTest;
  readonly dns: FakeDns;
  readonly #zone: Record<string, readonly unknown[]>;
  readonly #folder: string;
  readonly #by: NonNullable<TwoServersOptions['by']>;
  readonly #people: Person[] = [];

  private constructor(
    made: Pick<TwoServers, 'a' | 'b' | 'dns'> & { readonly zone: Record<string, readonly unknown[]> },
    folder: string,
    by: NonNullable<TwoServersOptions['by']>,
  ) {
    this.a = made.a;
    this.b = made.b;
    this.dns = made.dns;
    this.#zone = made.zone;
    this.#folder = folder;
    this.#by = by;
  }

  /** Both run, and federation is off. */
  static async start({ trust, settings = [], by = 'starttls' }: TwoServersOptions): Promise<TwoServers> {
    const folder = mkdtempSync(join(tmpdir(), 'snug-federation-'));
    const zone: Record<string, readonly unknown[]> = { 'A a.test': ['127.0.0.1'], 'A b.test': ['127.0.0.1'] };
    const dns = await FakeDns.of(zone as Zone);
    const bundle = join(folder, 'trust.pem');
    const own = async () => [
      // The same each time that it is switched on, because DNS is remembered.
      `federation.port=${await freePort()}`,
      `federation.directTlsPort=${await freePort()}`,
      `dns.servers=${dns.address}`,
      ...(trust ? [`tls.trust=${bundle}`] : []),
      ...settings,
    ];
    const a = await ServerInTest.start({ domain: 'a.test', settings: await own() });
    const b = await ServerInTest.start({ domain: 'b.test', settings: await own() });
    const authorities = [a, b].map(({ dataDir }) => readFileSync(join(dataDir, 'certificates/ca.pem'), 'utf8'));
    writeFileSync(bundle, authorities.join('\n'));
    return new TwoServers({ a, b, dns, zone }, folder, by);
  }

  /** Switches it on with the `snug` command, and enters the ports into DNS. */
  async on(which: 'a' | 'b'): Promise<FederationOverview> {
    const overview = (await runSnug(this[which].dataDir, 'federation', 'on')) as unknown as FederationOverview;
    const port = this.#by === 'starttls' ? overview.ports.s2s : overview.ports.s2sTls;
    for (const domain of [`${which}.test`, `rooms.${which}.test`])
      this.#zone[`SRV ${SERVICES[this.#by]}._tcp.${domain}`] = [
        { priority: 1, weight: 1, port, target: `${which}.test` },
      ];
    return overview;
  }

  async off(which: 'a' | 'b'): Promise<void> {
    await runSnug(this[which].dataDir, 'federation', 'off');
  }

  async overview(which: 'a' | 'b'): Promise<FederationOverview> {
    return (await runSnug(this[which].dataDir, 'federation', 'status')) as unknown as FederationOverview;
  }

  async login(which: 'a' | 'b', localpart: string): Promise<Person> {
    const person = await Person.login(
      await addAccount(this[which].dataDir, localpart),
      this[which].process.ports.c2sTls,
    );
    this.#people.push(person);
    return person;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const person of this.#people) person.client?.drop();
    await this.a.close();
    await this.b.close();
    await this.dns[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Who is logged in, and everything that came. */
export class Person {
  readonly jid: string;
  readonly messages: Element[] = [];
  readonly presences: Element[] = [];
  client: ChatClient | undefined;
  /** Requests of others. */
  asked: (iq: Element) => void = () => undefined;

  constructor(jid: string) {
    this.jid = jid;
  }

  static async login({ jid, password }: NewAccount, port: number): Promise<Person> {
    const [localpart = '', domain = ''] = jid.split('@');
    const person = new Person(jid);
    person.client = new ChatClient({
      port,
      domain,
      localpart,
      password,
      resource: 'test',
      received: (message) => person.messages.push(message),
      presence: (presence) => person.presences.push(presence),
      asked: (iq) => person.asked(iq),
    });
    await person.client.login();
    return person;
  }

  send(xml: string): void {
    this.client?.send(xml);
  }

  /** Each sees the other’s presence from now on. */
  async befriends(other: Person): Promise<void> {
    await this.#asks(other);
    await other.#asks(this);
  }

  async #asks(other: Person): Promise<void> {
    this.send(`<presence to='${other.jid}' type='subscribe'/>`);
    await expect.poll(() => other.sees(this.jid), WAIT).toBe('subscribe');
    other.send(`<presence to='${this.jid}' type='subscribed'/>`);
    await expect.poll(() => this.sees(`${other.jid}/test`), WAIT).toBe('available');
  }

  says(to: Person, body: string): void {
    this.send(`<message to='${to.jid}' type='chat' id='${body}'><body>${body}</body></message>`);
  }

  /** What was said to this person, without errors. */
  get heard(): readonly string[] {
    return this.messages.flatMap((message) =>
      message.attr('type') === 'error' ? [] : (message.childText('body') ?? []),
    );
  }

  /** The ids of what came back, each with its condition. */
  get returned(): readonly string[] {
    return this.messages.flatMap((message) =>
      message.attr('type') === 'error' ? [`${message.attr('id')} ${message.child('error')?.elements[0]?.name}`] : [],
    );
  }

  /** The type of the last presence from an address, a full or a bare JID. */
  sees(from: string): string | undefined {
    const last = this.presences.findLast((presence) => presence.attr('from')?.startsWith(from));
    return last === undefined ? undefined : (last.attr('type') ?? 'available');
  }
}

/** The TCP ports on which a process listens, as the system says. */
export function listeningPorts(pid: number): readonly number[] {
  const lines = execFileSync('ss', ['-Hltnp'], { encoding: 'utf8' }).split('\n');
  const own = lines.filter((line) => line.includes(`pid=${pid},`));
  return own.map((line) => Number(/:(\d+)\s/.exec(line)?.[1])).sort((one, other) => one - other);
}
