/** XEP-0049: Private XML Storage. Keeps whatever a person's own clients want to find again on every device. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { PRIVATE_XML, type PrivateXmlKeeper, type PrivateXmlService, provide } from '../../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { MIGRATIONS, PrivateXmlStore } from './store.ts';

const NS_PRIVATE = 'jabber:iq:private';

export const privateXml = defineModule({
  name: 'private-xml',
  summary: 'Keeps what clients want to find again on every device, such as bookmarks and notes.',
  xeps: [{ xep: '0049', version: '1.2' }],
  features: [NS_PRIVATE],
  accountFeatures: [NS_PRIVATE],
  migrations: MIGRATIONS,
  config: {
    maxBytes: setting(
      z.int().min(1_000).max(10_000_000),
      // Bookmarks of a thousand rooms.
      256 * 1024,
      'Largest piece of private storage, in bytes. Bookmarks are one piece.',
    ),
    maxPieces: setting(
      z.int().min(1).max(10_000),
      // Clients in use today know of about a dozen.
      100,
      'How many pieces of private storage an account may have.',
    ),
  },

  provides: [PRIVATE_XML],
  start(host) {
    const store = new PrivateXmlStore(host.reader, host.writer);
    /** By the namespace that somebody else answers for. */
    const keepers = new Map<string, PrivateXmlKeeper>();

    function read(account: string, xmlns: string): readonly Element[] {
      const xml = store.read(account, xmlns);
      return xml === undefined ? [] : parseXml(xml).elements;
    }

    /** What is asked for is named by its namespace alone; what is not there comes back empty. */
    function get({ account, payload, sender }: Request): Element | StanzaError | Promise<Element> {
      const wanted = piecesOf(payload);
      if (wanted instanceof StanzaError) return wanted;
      const [first, ...others] = wanted;
      if (first === undefined || others.length > 0)
        return new StanzaError('bad-request', 'Ask for one namespace at a time.');
      const [xmlns, elements] = first;
      const answer = (found: readonly Element[]) =>
        el(
          'query',
          NS_PRIVATE,
          undefined,
          found.length > 0 ? found : elements.slice(0, 1).map(({ name }) => el(name, xmlns)),
        );
      const found = keepers.get(xmlns)?.read(account, sender) ?? read(account, xmlns);
      return found instanceof Promise ? found.then(answer) : answer(found);
    }

    /** Replaces everything that was kept under the namespaces that are named. */
    function set({ account, payload, sender }: Request): Promise<undefined> | StanzaError {
      const pieces = piecesOf(payload);
      if (pieces instanceof StanzaError) return pieces;
      const texts = new Map<string, string | undefined>();
      const entrusted: (() => Promise<void>)[] = [];
      const before = store.namespaces(account);
      const after = new Set(before);
      for (const [xmlns, elements] of pieces) {
        // An empty element is what an answer shows for nothing, so it need not be kept.
        const isNothing = elements.every(
          ({ attributes, children }) => attributes.length === 0 && children.length === 0,
        );
        const xml = isNothing ? undefined : el('query', NS_PRIVATE, undefined, elements).toXml();
        if (xml !== undefined && Buffer.byteLength(xml) > host.config.maxBytes) {
          return new StanzaError(
            'policy-violation',
            `A piece of private storage may have at most ${host.config.maxBytes} bytes here.`,
          );
        }
        const keeper = keepers.get(xmlns);
        if (keeper !== undefined) {
          entrusted.push(() => keeper.write(account, elements, sender));
          continue;
        }
        texts.set(xmlns, xml);
        if (isNothing) after.delete(xmlns);
        else after.add(xmlns);
      }
      const { maxPieces } = host.config;
      if (after.size > maxPieces && after.size > before.length) {
        return new StanzaError(
          'resource-constraint',
          `An account may keep at most ${maxPieces} pieces of private storage here.`,
        );
      }
      return Promise.all([store.write(account, texts), ...entrusted.map((write) => write())]).then(() => undefined);
    }

    const service: PrivateXmlService = {
      entrust(xmlns, keeper) {
        keepers.set(xmlns, keeper);
        return () => keepers.delete(xmlns);
      },
      read,
      remove: (account, xmlns) => store.write(account, new Map([[xmlns, undefined]])),
    };

    const refuse = () => new StanzaError('forbidden', 'Private storage is open to its owner alone.');

    return {
      iq: [
        iqGet([NS_PRIVATE, 'query'], ['self'], get),
        iqSet([NS_PRIVATE, 'query'], ['self'], set),
        iqGet([NS_PRIVATE, 'query'], ['account', 'server'], refuse),
        iqSet([NS_PRIVATE, 'query'], ['account', 'server'], refuse),
      ],
      account: { removed: ({ localpart }) => void store.removeAccount(localpart) },
      provides: [provide(PRIVATE_XML, service)],
    };
  },
});

/** The elements by namespace, in the order in which they came; or why they cannot be kept. */
function piecesOf(query: Element): readonly (readonly [xmlns: string, elements: readonly Element[]])[] | StanzaError {
  const pieces = [...Map.groupBy(query.elements, ({ xmlns }) => xmlns)];
  if (pieces.length === 0) return new StanzaError('not-acceptable', 'Name the element by its namespace.');
  if (pieces.some(([xmlns]) => isReserved(xmlns))) {
    return new StanzaError('not-acceptable', 'This namespace is reserved and cannot be used for private storage.');
  }
  return pieces;
}

/** Section 2.3. An element without a namespace of its own is in that of the query, or in none. */
function isReserved(xmlns: string): boolean {
  return (
    xmlns === '' || xmlns === 'vcard-temp' || xmlns.startsWith('jabber:') || xmlns.startsWith('http://jabber.org/')
  );
}
