/** XEP-0115: Entity Capabilities. Tells a client in one short line whether it knows what the server can do already. */
import { defineModule } from '../modulehost/module.ts';
import { verificationString } from '../modulehost/verification-string.ts';
import { el } from '../xml/element.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';
/** Names the software (section 4). It has no web address yet; this one can never be somebody else's (RFC 2606). */
const NODE = 'https://snug.invalid/';

export const caps = defineModule({
  name: 'caps',
  summary: 'Tells clients in one short line what the server can do, so that they need not ask each time.',
  xeps: [{ xep: '0115', version: '1.6.0' }],
  features: [NS_CAPS],

  start(host) {
    let known: { readonly revision: number; readonly ver: string } | undefined;
    const currentVer = () => {
      const { revision } = host.disco;
      if (known?.revision !== revision) known = { revision, ver: verificationString(host.disco.server()) };
      return known.ver;
    };

    host.disco.answerNodes(NS_CAPS, {
      // An older ver is unknown: what it stood for is not what would be answered now.
      info: (node, { addressee }) =>
        addressee === 'server' && node === `${NODE}#${currentVer()}` ? host.disco.server() : undefined,
    });

    return {
      streamFeatures: [
        {
          name: 'caps',
          // Section 6.3. Before sign-in nobody could ask what it stands for.
          offer: (stream) =>
            stream.account === undefined ? [] : [el('c', NS_CAPS, { hash: 'sha-1', node: NODE, ver: currentVer() })],
        },
      ],
    };
  },
});
