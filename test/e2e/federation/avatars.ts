/** A client that shows its contacts' avatars (XEP-0084), and says so by its capabilities (XEP-0115). */
import { createHash } from 'node:crypto';
import { type Element, el } from '../../../server/xml/element.ts';
import type { Person } from './two-servers.ts';

const NS_AVATAR_DATA = 'urn:xmpp:avatar:data';
const NS_AVATAR_METADATA = 'urn:xmpp:avatar:metadata';
const NS_CAPS = 'http://jabber.org/protocol/caps';
const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_PUBSUB_EVENT = `${NS_PUBSUB}#event`;

/** In the order in which they are hashed. */
const FEATURES = [NS_CAPS, NS_DISCO_INFO, `${NS_AVATAR_METADATA}+notify`];
const NODE = 'https://client.example';
const VER = createHash('sha1')
  .update(`client/bot//Test<${FEATURES.map((feature) => `${feature}<`).join('')}`)
  .digest('base64');

export function showsAvatars(person: Person): void {
  person.asked = (iq) => {
    const query = iq.child('query', NS_DISCO_INFO);
    if (query === undefined) return;
    const info = el(
      'query',
      NS_DISCO_INFO,
      { node: query.attr('node') },
      el('identity', NS_DISCO_INFO, { category: 'client', type: 'bot', name: 'Test' }),
      ...FEATURES.map((feature) => el('feature', NS_DISCO_INFO, { var: feature })),
    );
    const answer = { type: 'result', id: iq.attr('id'), to: iq.attr('from') };
    person.send(el('iq', 'jabber:client', answer, info).toXml('jabber:client'));
  };
  person.send(`<presence><c xmlns='${NS_CAPS}' hash='sha-1' node='${NODE}' ver='${VER}'/></presence>`);
}

/** Publishes a picture; the result is its id. */
export async function publishAvatar(person: Person, picture: Buffer): Promise<string> {
  const id = createHash('sha1').update(picture).digest('hex');
  const info = `<info bytes='${picture.length}' id='${id}' type='image/png'/>`;
  await publish(person, NS_AVATAR_DATA, id, `<data xmlns='${NS_AVATAR_DATA}'>${picture.toString('base64')}</data>`);
  await publish(person, NS_AVATAR_METADATA, id, `<metadata xmlns='${NS_AVATAR_METADATA}'>${info}</metadata>`);
  return id;
}

async function publish(person: Person, node: string, id: string, payload: string): Promise<void> {
  const item = `<publish node='${node}'><item id='${id}'>${payload}</item></publish>`;
  const answer = await person.client?.request('set', `<pubsub xmlns='${NS_PUBSUB}'>${item}</pubsub>`, person.jid);
  if (answer?.attr('type') !== 'result') throw new Error(`the avatar was refused: ${answer?.toXml()}`);
}

/** The ids of the avatars that a contact was said to have. */
export function avatarsOf(contact: string, person: Person): readonly string[] {
  return person.messages.flatMap((message) => {
    if (message.attr('from') !== contact) return [];
    const items = message.child('event', NS_PUBSUB_EVENT)?.child('items', NS_PUBSUB_EVENT);
    const metadata = items?.child('item', NS_PUBSUB_EVENT)?.child('metadata', NS_AVATAR_METADATA);
    return metadata?.child('info', NS_AVATAR_METADATA)?.attr('id') ?? [];
  });
}

/** The picture itself, from the contact's account. */
export async function fetchAvatar(person: Person, contact: string, id: string): Promise<Buffer | undefined> {
  const items = `<items node='${NS_AVATAR_DATA}'><item id='${id}'/></items>`;
  const answer = await person.client?.request('get', `<pubsub xmlns='${NS_PUBSUB}'>${items}</pubsub>`, contact);
  const found = answer?.child('pubsub', NS_PUBSUB)?.child('items', NS_PUBSUB)?.child('item', NS_PUBSUB);
  const text: Element | undefined = found?.child('data', NS_AVATAR_DATA);
  return text === undefined ? undefined : Buffer.from(text.text(), 'base64');
}
