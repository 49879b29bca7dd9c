/** Juliet, who chats in a browser, and Romeo with another client, who see each other's presence. */
import type { Element } from '../../../server/xml/element.ts';
import type { ServerInTest } from '../server-in-test.ts';
import { TlsClient } from '../tls-client.ts';

export interface Couple {
  readonly password: string;
  readonly romeo: TlsClient;
  readonly romeoPassword: string;
}

export async function openCouple(server: ServerInTest): Promise<Couple> {
  const [juliet, romeo] = await server.addAccounts('juliet', 'romeo');
  const login = async (localpart: string, password = '') => {
    const client = await TlsClient.login({ server, localpart, password });
    await client.request('get', `<query xmlns='jabber:iq:roster'/>`, null);
    client.send('<presence/>');
    return client;
  };
  const clients = { juliet: await login('juliet', juliet?.password), romeo: await login('romeo', romeo?.password) };
  const { domain } = server.process;
  for (const [name, other] of [
    ['juliet', 'romeo'],
    ['romeo', 'juliet'],
  ] as const) {
    clients[name].send(`<presence type='subscribe' to='${other}@${domain}'/>`);
    await clients[other].next(isPresence('subscribe'), `a request of ${name}`);
    clients[other].send(`<presence type='subscribed' to='${name}@${domain}'/>`);
    await clients[name].next(isPresence('subscribed'), `the consent of ${other}`);
  }
  clients.juliet.drop();
  return { password: juliet?.password ?? '', romeo: clients.romeo, romeoPassword: romeo?.password ?? '' };
}

function isPresence(type: string): (element: Element) => boolean {
  return (element) => element.name === 'presence' && element.attr('type') === type;
}

export function saying(text: string): (element: Element) => boolean {
  return (element) => element.name === 'message' && (element.childText('body') ?? '').includes(text);
}
