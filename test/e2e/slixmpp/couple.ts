/** Two accounts made on the command line, and slixmpp clients for them. */

import { ServerInTest } from '../server-in-test.ts';
import type { NewAccount } from '../snug-command.ts';
import { type Login, SlixmppClient } from './slixmpp-client.ts';

export class Couple {
  readonly server: ServerInTest;
  readonly romeo: NewAccount;
  readonly juliet: NewAccount;
  readonly #clients: SlixmppClient[] = [];

  private constructor(server: ServerInTest, romeo: NewAccount, juliet: NewAccount) {
    this.server = server;
    this.romeo = romeo;
    this.juliet = juliet;
  }

  static async meet(): Promise<Couple> {
    const server = await ServerInTest.start({ domain: 'verona.test' });
    const [romeo, juliet] = await server.addAccounts('romeo', 'juliet');
    if (romeo === undefined || juliet === undefined) throw new Error('there are no two accounts');
    return new Couple(server, romeo, juliet);
  }

  async login(who: 'romeo' | 'juliet', resource: string, options: Partial<Login> = {}): Promise<SlixmppClient> {
    const { jid, password } = this[who];
    const client = new SlixmppClient();
    this.#clients.push(client);
    await client.login(this.server.process, this.server.dataDir, { jid: `${jid}/${resource}`, password, ...options });
    return client;
  }

  /** Logs all clients of a test out, so that no session waits to be resumed, and ends them. */
  async closeClients(): Promise<void> {
    await Promise.allSettled(
      this.#clients.splice(0).map(async (client) => {
        try {
          await client.ask('logout');
        } finally {
          await client.close();
        }
      }),
    );
  }

  async part(): Promise<void> {
    await this.closeClients();
    await this.server.close();
  }
}

/** Subscribes both to each other's presence, as people do: one asks, the other accepts and asks back. */
export async function befriend(asks: SlixmppClient, accepts: SlixmppClient): Promise<void> {
  const [one, other] = [bare(asks), bare(accepts)];
  await asks.ask('presence', { to: other, type: 'subscribe' });
  await accepts.event('presence', { type: 'subscribe', from: one });
  await accepts.ask('presence', { to: one, type: 'subscribed' });
  await asks.event('presence', { type: 'subscribed', from: other });
  await asks.event('presence', { type: 'available', from: accepts.jid });
  await accepts.ask('presence', { to: one, type: 'subscribe' });
  await asks.event('presence', { type: 'subscribe', from: other });
  await asks.ask('presence', { to: other, type: 'subscribed' });
  await accepts.event('presence', { type: 'subscribed', from: one });
  await accepts.event('presence', { type: 'available', from: asks.jid });
}

export function bare(client: SlixmppClient): string {
  return client.jid.slice(0, client.jid.indexOf('/'));
}
