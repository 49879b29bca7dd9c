/** XEP-0490: Message Displayed Synchronization. What has been read on one device need not be read again on the others. */
import { defineModule } from '../modulehost/module.ts';
import { PEP, type PepNodeOptions } from '../modulehost/services.ts';
import type { Element } from '../xml/element.ts';

/** Also the name of the node. */
const NS_DISPLAYED = 'urn:xmpp:mds:displayed:0';
const NS_STANZA_ID = 'urn:xmpp:sid:0';

/** Section 4.2: private, and one item for each chat. */
const NODE: PepNodeOptions = { accessModel: 'whitelist', maxItems: 'max', sendLastPublishedItem: 'never' };

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
            if (chat !== undefined && isWhole(marker)) publish(account, chat, marker);
            return { ...message, element: element.without((child) => child.is('displayed', NS_DISPLAYED)) };
          },
        },
      },
    };
  },
});

/** Section 4.1: exactly one stanza id. */
function isWhole(marker: Element): boolean {
  const [id, ...others] = marker.elements;
  return id !== undefined && others.length === 0 && id.is('stanza-id', NS_STANZA_ID);
}
