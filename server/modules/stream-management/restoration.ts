/** After a restart: sessions as the journal knows them come back without a stream, and wait for their clients. */

import { joinJid, parseJid } from '../../jid/jid.ts';
import type { Host } from '../../modulehost/module.ts';
import { Copies } from '../../session/copies.ts';
import type { Session } from '../../session/session.ts';
import { parseXml } from '../../xml/parse.ts';
import type { Journal } from './journal.ts';
import type { ManagedSessions } from './managed-sessions.ts';
import * as store from './store.ts';

interface RestorationOptions {
  readonly host: Pick<Host, 'accounts' | 'domain' | 'lifecycle' | 'log' | 'reader' | 'sessions' | 'writer'>;
  readonly sessions: ManagedSessions;
  readonly journal: Journal;
}

/**
 * Puts all sessions of the journal back into the table. One that cannot be resumed comes back only to be ended by the
 * next sweep, when all modules run that may want what its client did not acknowledge.
 */
export function restore(options: RestorationOptions): void {
  const { host } = options;
  const copies = new Map<string, Copies>();
  const gone: string[] = [];
  let count = 0;
  for (const row of store.readSessions(host.reader)) {
    if (!host.accounts.has(row.account) || host.sessions.get(row.account, row.resource) !== undefined) {
      gone.push(row.id);
      continue;
    }
    restoreSession(options, row, copies);
    count++;
  }
  if (gone.length > 0) host.writer.write(gone.map(store.deleteSession)).catch(() => undefined);
  if (count > 0) host.log.info({ sessions: count }, 'sessions restored');
}

function restoreSession(options: RestorationOptions, row: store.SessionRow, copies: Map<string, Copies>): void {
  const { host, sessions, journal } = options;
  const isResumable = row.isResumable === 1;
  const jid = joinJid(row.account, host.domain, row.resource);
  const session = host.lifecycle.create(jid, row.lang ?? undefined, row.boundAtMs);
  const managed = sessions.putBack(session, { id: row.id, isResumable, resumeMs: row.maxSeconds * 1000 });
  session.handled = row.handled;
  for (const to of row.directed.split('\n')) {
    const addressee = parseJid(to);
    if (addressee !== undefined) session.directed.set(addressee.full, addressee);
  }
  for (const feature of row.enabled.split(' ')) if (feature !== '') session.enabled.add(feature);
  // Nothing more should come to one that waits for nobody.
  if (isResumable) makeAvailable(session, row);
  const rows = store.readStanzas(host.reader, row.id, row.acknowledged);
  managed.unacked.restore(
    row,
    rows.map((stanza) => ({
      element: parseXml(stanza.stanza),
      atMs: stanza.atMs,
      number: stanza.number,
      copies: copiesOf(stanza, copies),
    })),
  );
  managed.page.lastRow = rows.at(-1)?.number ?? 0;
  managed.page.seenTo = managed.unacked.sent;
  managed.page.row = {
    presence: session.presence,
    presenceAtMs: row.presenceAtMs,
    priority: row.priority,
    enabled: row.enabled,
    directed: row.directed,
    handled: row.handled,
    sent: row.sent,
    acknowledged: row.acknowledged,
  };
  journal.touch(managed);
}

function makeAvailable(session: Session, row: store.SessionRow): void {
  if (row.presence === null) return;
  session.presence = parseXml(row.presence);
  session.presenceAtMs = row.presenceAtMs;
  session.priority = row.priority;
}

function copiesOf(row: store.StanzaRow, known: Map<string, Copies>): Copies | undefined {
  if (row.copies === null) return undefined;
  let copies = known.get(row.copies);
  if (copies === undefined) {
    copies = new Copies();
    copies.id = row.copies;
    known.set(row.copies, copies);
  }
  if (row.isReceived === 1) copies.isReceived = true;
  return copies;
}
