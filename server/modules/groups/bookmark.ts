/** The bookmarks (XEP-0402) by which members find the room of their group without anybody's invitation. */
import { parseJid } from '../../jid/jid.ts';
import type { PepNodeOptions, PepService } from '../../modulehost/services.ts';
import { el } from '../../xml/element.ts';

const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';
/** Section 3.3 of the XEP. */
const NODE: PepNodeOptions = { accessModel: 'whitelist', maxItems: 'max', sendLastPublishedItem: 'never' };

export class RoomBookmarks {
  readonly #pep: PepService;

  constructor(pep: PepService) {
    this.#pep = pep;
  }

  /** `room` is a bare JID. One that is there already stays as it is. Resolves when it is on disk, here and below. */
  async add(account: string, room: string, name: string): Promise<void> {
    if (this.#find(account, room).length > 0) return;
    const payload = el('conference', NS_BOOKMARKS, { name, autojoin: 'true' });
    await this.#pep.publish(account, NS_BOOKMARKS, { id: room, payload }, NODE);
  }

  async remove(account: string, room: string): Promise<void> {
    await Promise.all(this.#find(account, room).map(({ id }) => this.#pep.retract(account, NS_BOOKMARKS, id)));
  }

  /** Where its owner calls the room what it was called before. */
  async rename(
    account: string,
    room: string,
    { from, to }: { readonly from: string; readonly to: string },
  ): Promise<void> {
    const named = this.#find(account, room).filter(({ payload }) => payload?.attr('name') === from);
    await Promise.all(
      named.map(({ id, payload }) =>
        this.#pep.publish(account, NS_BOOKMARKS, { id, payload: payload?.withAttr('name', to) }, NODE),
      ),
    );
  }

  #find(account: string, room: string) {
    return this.#pep.items(account, NS_BOOKMARKS).filter(({ id }) => parseJid(id)?.bare === room);
  }
}
