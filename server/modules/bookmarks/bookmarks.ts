/**
 * XEP-0402: PEP Native Bookmarks, with what older clients know of them: a list in PEP (XEP-0048) or in private storage
 * (XEP-0049). Whatever app changes the list of rooms, all of one's apps have it.
 */
import { defineModule } from '../../modulehost/module.ts';
import { PEP, PRIVATE_XML, type PrivateXmlKeeper } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import { NS_BOOKMARKS, NS_STORAGE } from './conference.ts';
import { type Seen, seenIn } from './list.ts';
import { Unifier } from './unifier.ts';

export const bookmarks = defineModule({
  name: 'bookmarks',
  summary: 'Keeps the list of rooms the same in all of a person’s apps, old and new.',
  xeps: [
    { xep: '0402', version: '1.2.0' },
    { xep: '0411', version: '1.1.0' },
    { xep: '0048', version: '1.2' },
  ],
  accountFeatures: [`${NS_BOOKMARKS}#compat`, `${NS_BOOKMARKS}#compat-pep`, 'urn:xmpp:bookmarks-conversion:0'],
  needs: [PEP, PRIVATE_XML],

  start(host) {
    const pep = host.use(PEP);
    const privateXml = host.use(PRIVATE_XML);
    const unifier = new Unifier(pep, host.log);
    /**
     * What a session last read from private storage or wrote there. Nothing tells such a client what others change, so
     * its list counts only where it differs from what it knew.
     */
    const seenBy = new WeakMap<Session, Seen>();
    /** By account, from the first time that somebody needs its bookmarks. */
    const settled = new Map<string, Promise<void>>();

    /** Takes over what is there from before: a list in private storage, or one node of PEP without the other. */
    async function takeOver(account: string): Promise<void> {
      const left = privateXml.read(account, NS_STORAGE);
      const lists = left.filter((element) => element.is('storage', NS_STORAGE));
      await Promise.all([...lists.map((list) => unifier.add(account, list)), unifier.agree(account)]);
      if (left.length > 0) await privateXml.remove(account, NS_STORAGE);
    }

    function settle(account: string): Promise<void> {
      const known = settled.get(account);
      if (known !== undefined) return known;
      const settling = takeOver(account);
      settled.set(account, settling);
      settling.catch((error) => {
        settled.delete(account);
        host.log.warn({ err: error, account }, 'older bookmarks were not taken over');
      });
      return settling;
    }

    const keeper: PrivateXmlKeeper = {
      async read(account, session) {
        await settle(account);
        const list = unifier.list(account);
        if (session !== undefined) seenBy.set(session, seenIn(list));
        return list.elements.length === 0 ? [] : [list];
      },
      async write(account, elements, session) {
        await settle(account);
        const list = elements.find((element) => element.is('storage', NS_STORAGE));
        if (list === undefined) return;
        const seen = session === undefined ? undefined : seenBy.get(session);
        if (session !== undefined) seenBy.set(session, seenIn(list));
        await unifier.replace(account, list, seen);
      },
    };

    const takeBack = [
      // XEP-0402 section 3.3 leaves it to clients to say so, and tells them not to leak what their owners visit.
      pep.keepPrivate(NS_BOOKMARKS),
      pep.keepPrivate(NS_STORAGE),
      pep.onChange((change) => unifier.follow(change)),
      privateXml.entrust(NS_STORAGE, keeper),
    ];
    return {
      // XEP-0411 section 4: before the first app of the account asks.
      session: { bound: ({ account }) => void settle(account).catch(() => undefined) },
      account: { removed: ({ localpart }) => void settled.delete(localpart) },
      stop() {
        for (const undo of takeBack) undo();
      },
    };
  },
});
