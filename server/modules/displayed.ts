/** XEP-0490: Message Displayed Synchronization. What has been read on one device need not be read again on the others. */
import { defineModule } from '../modulehost/module.ts';
import { PEP, type PepNodeOptions } from '../modulehost/services.ts';
import { type Element, el } from '../xml/element.ts';

/** Also the name of the node. */
const NS_DISPLAYED = 'urn:xmpp:mds:displayed:0';
const NS_STANZA_ID = 'urn:xmpp:sid:0';

/** Section 4.2: private, and one item for each chat. */
const NODE: PepNodeOptions = { accessModel: 'whitelist', maxItems: 'max', sendLastPublishedItem: 'never' };

/** In UTF-16 units, of addresses and ids: RFC 7622 allows as many octets for each part of an address. */
const MAX_LENGTH = 1_023;

export const displayed = defineModule({
  name: 'displayed',
  summary: 'Keeps in step on all devices which messages have been read.',
  xeps: [{ xep: '0490', version: '1.0.1' }],
  accountFeatures: ['urn:xmpp:mds:server-assist:0'],
  needs: [PEP],

  start(host) {
    const pep = host.use(PEP);

    function publish(account: string, chat: string, payload: Element): void {
      pep
        .publish(account, NS_DISPLAYED, { id: chat, payload }, NODE)
        .catch((error) => host.log.warn({ err: error, account }, 'what has been displayed was not kept'));
    }

    const takeBack = pep.keepPrivate(NS_DISPLAYED);
    return {
      message: {
        outbound: {
          /**
           * Sections 4.5.3 and 5.2: published for the sender's own devices, and gone from the message before it is
           * archived, copied or sent on, so that the recipient does not learn ids of the sender's archive.
           */
          amend(message, { account }) {
            const { element } = message;
            const marker = element.child('displayed', NS_DISPLAYED);
            if (marker === undefined) return undefined;
            const chat = element.attr('to');
            const payload = payloadOf(marker);
            if (chat !== undefined && chat.length <= MAX_LENGTH && payload !== undefined)
              publish(account, chat, payload);
            return { ...message, element: element.without((child) => child.is('displayed', NS_DISPLAYED)) };
          },
        },
      },
      stop: () => takeBack(),
    };
  },
});

/** Section 4.1: exactly one stanza id. SECURITY: nothing else is kept, or messages could fill the disk past all limits. */
function payloadOf(marker: Element): Element | undefined {
  const [stanzaId, ...others] = marker.elements;
  if (stanzaId === undefined || others.length > 0 || !stanzaId.is('stanza-id', NS_STANZA_ID)) return undefined;
  const [by, id] = [stanzaId.attr('by'), stanzaId.attr('id')];
  if (by === undefined || id === undefined || by.length > MAX_LENGTH || id.length > MAX_LENGTH) return undefined;
  return el('displayed', NS_DISPLAYED, undefined, el('stanza-id', NS_STANZA_ID, { by, id }));
}
