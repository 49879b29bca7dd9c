/** XEP-0292: vCard4 Over XMPP. What people tell of themselves is the same in apps with new and with old profiles. */
import { defineModule } from '../../modulehost/module.ts';
import { PEP, type PepNodeOptions, VCARD } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';
import { intoTemp, intoVcard4 } from './merge.ts';
import { NS_VCARD4 } from './values.ts';

const NODE = 'urn:xmpp:vcard4';
/** Section 7: a vCard can be read by everybody (XEP-0222). */
const OPEN: PepNodeOptions = { accessModel: 'open', maxItems: 1 };
const ITEM_ID = 'current';

export const vcard4 = defineModule({
  name: 'vcard4',
  summary: 'Shows the same profile in apps that know the new kind of profiles and in those that know the old one.',
  xeps: [{ xep: '0292', version: '0.12.0' }],
  features: [NS_VCARD4],
  accountFeatures: [NS_VCARD4],
  needs: [PEP, VCARD],

  start(host) {
    const pep = host.use(PEP);
    const vcard = host.use(VCARD);
    const settled = new Set<string>();
    /** True while a change is carried over: what is told of meanwhile is our own doing. */
    let isBusy = false;

    function published(account: string): Element | undefined {
      const payload = pep.item(account, NODE)?.payload;
      return payload?.is('vcard', NS_VCARD4) === true ? payload : undefined;
    }

    /** SECURITY: everybody can read a card of the old kind, so only what is open to everybody goes there. */
    function carryToTemp(account: string): void {
      const card = published(account);
      if (card === undefined || pep.accessModel(account, NODE) !== 'open') return;
      const former = vcard.read(account);
      const merged = intoTemp(card, former);
      if (merged !== former) carry(account, () => vcard.write(account, merged));
    }

    function carryToVcard4(account: string, after: Element | undefined, before: Element | undefined): void {
      const card = intoVcard4(published(account), before, after);
      if (card === undefined) return;
      const id = pep.item(account, NODE)?.id ?? ITEM_ID;
      carry(account, () =>
        card.elements.length === 0
          ? pep.retract(account, NODE, id)
          : pep.publish(account, NODE, { id, payload: card }, OPEN),
      );
    }

    /** The request that began it tells its client whether all is on disk: both go there together. */
    function carry(account: string, write: () => Promise<void>): void {
      isBusy = true;
      try {
        write().catch((error) => host.log.warn({ err: error, account }, 'a profile was not carried over'));
      } finally {
        isBusy = false;
      }
    }

    /** A card of either kind from before. */
    function settle(account: string): void {
      if (published(account) !== undefined) {
        if (vcard.read(account) === undefined) carryToTemp(account);
      } else {
        carryToVcard4(account, vcard.read(account), undefined);
      }
    }

    const takeBack = [
      pep.onChange(({ account, node }) => {
        if (node === NODE && !isBusy) carryToTemp(account);
      }),
      vcard.onChange((account, card, before) => {
        if (!isBusy) carryToVcard4(account, card, before);
      }),
    ];
    return {
      session: {
        bound({ account }) {
          if (settled.has(account)) return;
          settled.add(account);
          settle(account);
        },
      },
      account: { removed: ({ localpart }) => void settled.delete(localpart) },
      stop() {
        for (const undo of takeBack) undo();
      },
    };
  },
});
