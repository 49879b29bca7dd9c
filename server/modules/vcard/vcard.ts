/** XEP-0054: vcard-temp. Keeps for each account what it tells the world about its owner: names, addresses, a picture. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { provide, VCARD } from '../../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';
import { Cards } from './cards.ts';
import { MIGRATIONS, VcardStore } from './store.ts';

const NS_VCARD = 'vcard-temp';

export const vcard = defineModule({
  name: 'vcard',
  summary: 'Keeps what people tell the world about themselves: names, addresses, a picture.',
  xeps: [{ xep: '0054', version: '1.3.0' }],
  features: [NS_VCARD],
  accountFeatures: [NS_VCARD],
  migrations: MIGRATIONS,
  config: {
    maxBytes: setting(
      // Room for a picture of 190 kB in base64; avatars are a tenth of that.
      z.int().min(1_000).max(10_000_000),
      256 * 1024,
      'Largest vCard that is kept for an account, in bytes. The picture counts.',
    ),
  },

  provides: [VCARD],
  start(host) {
    const cards = new Cards(new VcardStore(host.reader, host.writer));

    /** Section 3.3: the card is for everybody; whoever has none looks like somebody who does not exist. */
    function get({ account, addressee }: Request): Element | StanzaError {
      return cards.read(account) ?? new StanzaError(addressee === 'self' ? 'item-not-found' : 'service-unavailable');
    }

    function set({ account, payload }: Request): Promise<undefined> | StanzaError {
      if (Buffer.byteLength(payload.toXml()) > host.config.maxBytes) {
        return new StanzaError('policy-violation', `A vCard may have at most ${host.config.maxBytes} bytes here.`);
      }
      return cards.write(account, payload).then(() => undefined);
    }

    return {
      iq: [
        iqGet([NS_VCARD, 'vCard'], ['self', 'account'], get),
        iqSet([NS_VCARD, 'vCard'], ['self'], set),
        // Section 3.2: nobody changes what another one says of himself.
        iqSet([NS_VCARD, 'vCard'], ['account', 'server'], () => new StanzaError('forbidden')),
      ],
      account: { removed: ({ localpart }) => cards.forget(localpart) },
      provides: [provide(VCARD, cards)],
    };
  },
});
