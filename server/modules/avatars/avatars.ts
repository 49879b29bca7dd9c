/**
 * XEP-0398: User Avatar to vCard-Based Avatars Conversion. A picture that a person sets in one app is seen by everybody,
 * whichever of the two ways of showing pictures their apps know: PEP (XEP-0084) or vCard and presence (XEP-0153).
 */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { PEP, VCARD } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';
import { Exchange } from './exchange.ts';
import { photoOf } from './picture.ts';
import { type AdvertisedHash, advertise, advertisedBy, withoutHash } from './presence.ts';
import { MIGRATIONS, RemovedAvatars } from './store.ts';

export const avatars = defineModule({
  name: 'avatars',
  summary: 'Shows a person’s picture to everybody, whichever way of showing pictures their apps know.',
  xeps: [
    { xep: '0398', version: '1.0.0' },
    { xep: '0153', version: '1.1.1' },
    { xep: '0084', version: '1.1.4' },
  ],
  accountFeatures: ['urn:xmpp:pep-vcard-conversion:0'],
  migrations: MIGRATIONS,
  needs: [PEP, VCARD],
  config: {
    maxBytes: setting(
      // In base64 it fits into a vCard of the size that the vCard module allows, and leaves room for the rest.
      z.int().min(1_000).max(5_000_000),
      128 * 1024,
      'Largest picture, in bytes, that is also shown to people whose apps find pictures in vCards only.',
    ),
  },

  start(host) {
    const pep = host.use(PEP);
    const vcard = host.use(VCARD);
    const removed = new RemovedAvatars(host.reader, host.writer);
    const { randomId, log } = host;
    const exchange = new Exchange({ pep, vcard, maxBytes: () => host.config.maxBytes, randomId, log });
    /** What the presence of an account says, once it is known. */
    const hashes = new Map<string, AdvertisedHash>();
    const settled = new Set<string>();

    function hashOf(account: string): AdvertisedHash {
      if (hashes.has(account)) return hashes.get(account);
      const hash = photoOf(vcard.read(account))?.hash ?? (removed.has(account) ? '' : undefined);
      hashes.set(account, hash);
      return hash;
    }

    function cardChanged(account: string, card: Element | undefined, before: Element | undefined): void {
      const former = photoOf(before)?.hash;
      const hash = photoOf(card)?.hash ?? '';
      if (hash === (former ?? '')) return;
      if (hash === '') removed.add(account);
      else removed.delete(account);
      hashes.set(account, hash);
      // Whoever hears of the picture may ask for it at once and must find it.
      host.writer
        .flush()
        .then(() => showAgain(account, hash, former))
        .catch((error) => log.warn({ err: error, account }, 'a new picture was not announced'));
    }

    /**
     * Presence goes out once more with the new hash: who has an app of the older kind learns of it in no other way.
     * Rooms must wait for the client (XEP-0398 section 5.1).
     */
    function showAgain(account: string, hash: string, former: string | undefined): void {
      if (hashes.get(account) !== hash) return; // changed again meanwhile
      for (const session of [...host.sessions.of(account).values()]) {
        const { presence } = session;
        const said = presence && advertisedBy(presence);
        if (presence === undefined || said === hash) continue;
        if (said === '' && former !== undefined) continue; // not by us: the client wants to show none here
        const element = withoutHash(presence);
        host.router.submit({ kind: 'presence', type: 'available', element, from: session.jid, to: undefined }, session);
      }
    }

    const takeBack = [
      pep.onChange((change) => exchange.follow(change)),
      vcard.onChange((account, card, before) => {
        cardChanged(account, card, before);
        exchange.followCard(account, card, before);
      }),
    ];
    return {
      presence: {
        outbound: {
          amend(presence, { account }) {
            if (presence.type !== 'available') return undefined;
            const element = advertise(presence.element, hashOf(account));
            return element && { ...presence, element };
          },
        },
      },
      session: {
        bound({ account }) {
          if (settled.has(account)) return;
          settled.add(account);
          exchange.settle(account);
        },
      },
      account: {
        removed({ localpart }) {
          hashes.delete(localpart);
          settled.delete(localpart);
          removed.delete(localpart);
        },
      },
      stop() {
        for (const undo of takeBack) undo();
      },
    };
  },
});
