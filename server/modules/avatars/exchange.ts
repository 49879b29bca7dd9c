/** Carries a person's picture from PEP into the vCard and back (XEP-0398 section 3). */
import type { Logger } from '../../log/log.ts';
import type { PepChange, PepNodeOptions, PepService, VcardService } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';
import {
  dataElement,
  dataIdsOf,
  metadataElement,
  NS_DATA,
  NS_METADATA,
  type Picture,
  photoOf,
  readPicture,
  withPhoto,
} from './picture.ts';

const OPEN: PepNodeOptions = { accessModel: 'open', maxItems: 1 };
const ID_BYTES = 8;

export interface ExchangeOptions {
  readonly pep: PepService;
  readonly vcard: VcardService;
  /** Largest picture in bytes that is put into a vCard. */
  readonly maxBytes: () => number;
  readonly randomId: (bytes: number) => string;
  readonly log: Logger;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  /** True while a change is carried over: what is told of meanwhile is our own doing. */
  #isBusy = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Takes over a picture from before: one in the vCard alone, or one in PEP alone. */
  settle(account: string): void {
    const { pep, vcard } = this.#options;
    const photo = photoOf(vcard.read(account));
    if (pep.item(account, NS_METADATA) === undefined) {
      if (photo?.kind !== undefined) this.#carry(() => this.#publish(account, photo));
    } else {
      const picture = this.#published(account);
      if (picture !== undefined && picture.hash !== photo?.hash) this.#intoCard(account, picture);
    }
  }

  /** What has been done in PEP shows in the vCard. */
  follow({ account, node }: PepChange): void {
    if (this.#isBusy || (node !== NS_METADATA && node !== NS_DATA)) return;
    const picture = this.#published(account);
    // Data come before their metadata (XEP-0084 section 3.1) and may push out those that the metadata still name.
    if (picture === undefined && node === NS_DATA) return;
    this.#intoCard(account, picture);
  }

  /** What has been done in the vCard shows in PEP; a card that has the picture it had before changes nothing. */
  followCard(account: string, card: Element | undefined, before: Element | undefined): void {
    if (this.#isBusy) return;
    const [photo, former] = [photoOf(card), photoOf(before)];
    if (photo?.hash === former?.hash) return;
    const current = dataIdsOf(this.#options.pep.item(account, NS_METADATA)?.payload);
    if (photo?.kind !== undefined) {
      if (!current.includes(photo.hash)) this.#carry(() => this.#publish(account, photo));
    } else if (former !== undefined && current.includes(former.hash)) {
      this.#carry(() => this.#withdraw(account, former));
    }
  }

  /**
   * The picture in PEP that a vCard may show: the data are there, are what their id says, and are no secret (sections
   * 3.1 and 7): everybody may read a vCard.
   */
  #published(account: string): Picture | undefined {
    const { pep, maxBytes } = this.#options;
    if (pep.accessModel(account, NS_DATA) !== 'open') return undefined;
    for (const id of dataIdsOf(pep.item(account, NS_METADATA)?.payload)) {
      const data = pep.item(account, NS_DATA, id)?.payload;
      const picture = data?.is('data', NS_DATA) === true ? readPicture(data.text()) : undefined;
      if (picture?.kind === undefined || picture.bytes.length > maxBytes()) continue;
      if (picture.hash === id.toLowerCase()) return picture;
    }
    return undefined;
  }

  #intoCard(account: string, picture: Picture | undefined): void {
    const { vcard } = this.#options;
    const card = vcard.read(account);
    if (photoOf(card)?.hash === picture?.hash) return;
    this.#carry(() => this.#write(account, vcard.write(account, withPhoto(card, picture))));
  }

  /** Section 3.2: first the data, then what tells of them. */
  #publish(account: string, photo: Picture): void {
    const { pep } = this.#options;
    const { hash: id } = photo;
    this.#write(account, pep.publish(account, NS_DATA, { id, payload: dataElement(photo) }, OPEN));
    this.#write(account, pep.publish(account, NS_METADATA, { id, payload: metadataElement(photo) }, OPEN));
  }

  /** XEP-0084 section 3.5. Nothing points to the data any more, so they go as well. */
  #withdraw(account: string, former: Picture): void {
    const { pep, randomId } = this.#options;
    const id = randomId(ID_BYTES);
    this.#write(account, pep.publish(account, NS_METADATA, { id, payload: metadataElement(undefined) }, OPEN));
    if (pep.item(account, NS_DATA, former.hash) === undefined) return;
    this.#write(account, pep.retract(account, NS_DATA, former.hash));
  }

  /** The request that began it tells its client whether all is on disk: both go there together. */
  #write(account: string, written: Promise<void>): void {
    written.catch((error) => this.#options.log.warn({ err: error, account }, 'a picture was not carried over'));
  }

  #carry(work: () => void): void {
    this.#isBusy = true;
    try {
      work();
    } finally {
      this.#isBusy = false;
    }
  }
}
