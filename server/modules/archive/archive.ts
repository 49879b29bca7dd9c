/** XEP-0313: Message Archive Management. Keeps conversations, so that every device can show all of them. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { joinJid, parseJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import {
  ACCOUNT_ARCHIVE,
  type AccountArchiveService,
  ARCHIVE,
  type ArchiveService,
  provide,
  ROSTER,
} from '../../modulehost/services.ts';
import { iqGet, iqSet, type RequestHandler } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_RSM } from '../../stanza/rsm.ts';
import { Archives } from './archives.ts';
import { NS_FULLTEXT } from './filter.ts';
import { NS_MAM, NS_RETRACT, NS_SID } from './namespaces.ts';
import { ArchivePreferences, POLICIES } from './preferences.ts';
import { Recording } from './recording.ts';
import { ArchiveRequests } from './requests.ts';
import { Retention } from './retention.ts';
import { SessionPages } from './session-pages.ts';
import { ARCHIVE_MIGRATIONS, readLastPosition } from './store.ts';
import { TextIndex } from './text-index.ts';
import { Turns } from './turns.ts';

const EXTENDED = `${NS_MAM}#extended`;
/** That the form knows `include-groupchat`, although there is nothing of rooms in an account's archive. */
const GROUPCHAT_FIELD = `${NS_MAM}#groupchat-field`;
const TOMBSTONES = `${NS_RETRACT}#tombstone`;
const FEATURES = [NS_MAM, EXTENDED, NS_SID, NS_FULLTEXT, NS_RSM];

const days = z.int().min(0).max(36_500);
const bytes = z.int().min(0).max(1_000_000_000_000);
/** About two million messages, or a lifetime of one person's chats. */
const USUAL_BYTES = 1024 ** 3;

export const archive = defineModule({
  name: 'archive',
  summary: 'Keeps conversations, so that every device can show all of them.',
  xeps: [
    { xep: '0313', version: '1.1.3' },
    { xep: '0059', version: '1.0' },
    { xep: '0359', version: '0.7.0' },
    { xep: '0424', version: '0.4.2' },
    { xep: '0431', version: '0.2.0' },
    { xep: '0441', version: '0.2.0' },
  ],
  // COMPAT(profanity, 0.13): it looks for archives of accounts among what the server can do, and nowhere else.
  features: [NS_MAM, NS_RSM, NS_RETRACT, TOMBSTONES],
  accountFeatures: [...FEATURES, GROUPCHAT_FIELD, NS_RETRACT, TOMBSTONES],
  provides: [ARCHIVE, ACCOUNT_ARCHIVE],
  needs: [ROSTER],
  migrations: ARCHIVE_MIGRATIONS,
  config: {
    default: setting(
      z.enum(POLICIES),
      'always',
      'Whose messages are archived, unless somebody chooses otherwise for themselves: everybody’s, ' +
        'those of the people in one’s contact list, or nobody’s.',
    ),
    keepDays: setting(days, 0, 'How many days messages stay in people’s archives. 0 is forever.'),
    maxBytes: setting(
      bytes,
      USUAL_BYTES,
      'The most bytes that the archive of one account may take. The oldest messages go first. 0 is no limit.',
    ),
    roomKeepDays: setting(days, 0, 'How many days messages stay in the archives of rooms. 0 is forever.'),
    roomMaxBytes: setting(
      bytes,
      USUAL_BYTES,
      'The most bytes that the archive of one room may take. The oldest messages go first. 0 is no limit.',
    ),
    maxPage: setting(
      z.int().min(10).max(1_000),
      250,
      'The most messages that a client gets at a time when it reads an archive.',
    ),
  },

  start(host) {
    const { accounts, clock, config, domain, log, randomId, reader, sessions, writer } = host;
    const roster = host.use(ROSTER);
    const words = new TextIndex({ reader, writer, clock });
    const archives = new Archives({ reader, writer, clock, randomId, words });
    const preferences = new ArchivePreferences({
      reader,
      writer,
      usualPolicy: () => config.default,
      hasContact: (account, contact) => roster.hasContact(account, contact),
    });
    const recording = new Recording({ host: { clock, sessions }, archives, preferences });
    const requests = new ArchiveRequests({
      domain,
      reader,
      archives,
      words,
      turns: new Turns(clock),
      randomId,
      maxPage: () => config.maxPage,
    });
    const pages = new SessionPages({ clock, answer: (request) => requests.answer(request) });
    const retention = new Retention({
      reader,
      clock,
      log,
      archives,
      limitsOf(owner) {
        const jid = parseJid(owner);
        if (jid?.domain !== domain) return { keepDays: config.roomKeepDays, maxBytes: config.roomMaxBytes };
        // What a crash left of an account that was being removed.
        return accounts.has(jid.local) ? { keepDays: config.keepDays, maxBytes: config.maxBytes } : undefined;
      },
    });
    words.catchUp(readLastPosition(reader));

    const service: ArchiveService = {
      newId: () => archives.newId(),
      keep: (owner, partner, message) => archives.keep(owner, partner, message),
      find: (owner, id) => archives.find(owner, id),
      replace: (owner, id, element) => archives.replace(owner, id, element),
      latest: (owner, limit) => archives.latest(owner, limit),
      answer: pages.answer,
      features: FEATURES,
      remove: (owner) => archives.remove(owner),
    };
    const ofAccounts: AccountArchiveService = {
      withdraw: (owner, id) => archives.withdraw(owner, id),
      onShown: (listener) => pages.onShown(listener),
    };

    const forget = ({ localpart }: { readonly localpart: string }) => {
      preferences.clear(localpart);
      archives.remove(joinJid(localpart, domain).bare).catch(() => undefined); // logged by the writer
    };

    return {
      iq: [
        iqSet([NS_MAM, 'query'], ['self'], pages.handle),
        iqGet([NS_MAM, 'query'], ['self'], pages.handle),
        iqGet([NS_MAM, 'metadata'], ['self'], pages.handle),
        iqGet([NS_MAM, 'prefs'], ['self'], preferences.show),
        iqSet([NS_MAM, 'prefs'], ['self'], preferences.change),
        iqSet([NS_MAM, 'query'], ['account'], refuse),
        iqGet([NS_MAM, 'query'], ['account'], refuse),
        iqGet([NS_MAM, 'metadata'], ['account'], refuse),
        iqGet([NS_MAM, 'prefs'], ['account'], refuse),
        iqSet([NS_MAM, 'prefs'], ['account'], refuse),
      ],
      message: { outbound: recording.outbound, inbound: recording.inbound },
      bind2: [{ bound: ({ jid }) => requests.metadata(jid.bare) }],
      account: {
        // What a crash between removing an account and its archive left must not reach the next of that name.
        created: forget,
        removed: forget,
      },
      provides: [provide(ARCHIVE, service), provide(ACCOUNT_ARCHIVE, ofAccounts)],
      stop() {
        retention.stop();
        words.stop();
      },
    };
  },
});

/** Section 8.1. */
const refuse: RequestHandler = () => new StanzaError('forbidden', 'An archive is open to its owner alone.');
