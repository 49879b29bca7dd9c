/**
 * The journal: what sessions with stream management hold, on disk as far as somebody was promised so.
 *
 * An `<a/>` says that the server answers for what it was given (XEP-0198 section 4). Part of that may lie unacknowledged
 * in the queues of other sessions, which a crash would lose. So nothing is written when a stanza comes in: its session
 * is put into a set. When an `<a/>` is due, the messages of all sessions in the set are written at once, together with
 * how far everybody has come; when none is ever due, nothing is.
 */
import type { Copies } from '../../session/copies.ts';
import type { UnackedStanza } from '../../session/unacked-queue.ts';
import type { Change, Writer } from '../../store/writer.ts';
import type { ManagedSession } from './managed-session.ts';
import type { WrittenRow } from './page.ts';
import * as store from './store.ts';

const COPIES_ID_BYTES = 8;

/** A crash may lose requests and presence, which go stale; a server that stops in peace keeps them as well. */
type Scope = 'messages' | 'everything';

export class Journal {
  readonly #writer: Writer;
  readonly #randomId: (bytes: number) => string;
  readonly #changed = new Set<ManagedSession>();
  readonly #trimmable = new Set<ManagedSession>();
  #removed: string[] = [];
  /** Writes of ours that are not on disk yet. */
  #underway = 0;

  constructor(writer: Writer, randomId: (bytes: number) => string) {
    this.#writer = writer;
    this.#randomId = randomId;
  }

  /** Something about the session should be written the next time. */
  touch(managed: ManagedSession): void {
    // Whoever still sends to a session that is over must not bring its row back.
    if (!managed.session.isEnded) this.#changed.add(managed);
  }

  /** The client has acknowledged something: its rows may go, whenever that is convenient. */
  acknowledged(managed: ManagedSession): void {
    if (managed.page.lastRow > 0) this.#trimmable.add(managed);
  }

  /** What is left of the queue has other numbers now. */
  renumbered(managed: ManagedSession): void {
    managed.page.isRenumbered = true;
    this.touch(managed);
  }

  /** The session is over. What became of its stanzas is written together with this. */
  remove(managed: ManagedSession): void {
    this.#changed.delete(managed);
    this.#trimmable.delete(managed);
    if (managed.page.row !== undefined) this.#removed.push(managed.id);
  }

  /**
   * Makes everything safe that happened before. Undefined when it is already; else resolves when it is, or rejects when
   * it could not be written.
   */
  save(scope: Scope = 'messages'): Promise<void> | undefined {
    const changes: Change[] = [];
    const saved = [...this.#changed];
    this.#trim(changes);
    for (const managed of saved) this.#write(managed, scope, changes);
    for (const id of this.#removed) changes.push(store.deleteSession(id));
    this.#changed.clear();
    this.#removed = [];
    if (changes.length > 0) return this.#commit(changes, saved);
    return this.#writer.isIdle && this.#underway === 0 ? undefined : this.#writer.flush();
  }

  /** Deletes what has been acknowledged, without writing anything new. */
  trim(): void {
    const changes: Change[] = [];
    this.#trim(changes);
    if (changes.length > 0) this.#writer.write(changes).catch(() => undefined); // the store has said why; the rows do no harm
  }

  async #commit(changes: readonly Change[], saved: readonly ManagedSession[]): Promise<void> {
    this.#underway++;
    try {
      await this.#writer.write(changes);
    } catch (error) {
      for (const managed of saved) this.#startOver(managed);
      throw error;
    } finally {
      this.#underway--;
    }
  }

  /** Nobody knows what is on disk: all of it is written the next time. */
  #startOver(managed: ManagedSession): void {
    const { page } = managed;
    page.row = undefined;
    page.seenTo = 0;
    page.isRenumbered = true;
    this.touch(managed);
  }

  #trim(changes: Change[]): void {
    for (const { id, page, unacked } of this.#trimmable) {
      changes.push(...store.trimStanzas(id, unacked.acknowledged));
      if (unacked.acknowledged >= page.lastRow) page.lastRow = 0;
    }
    this.#trimmable.clear();
  }

  #write(managed: ManagedSession, scope: Scope, changes: Change[]): void {
    const { page, unacked } = managed;
    if (page.isRenumbered) {
      changes.push(store.deleteStanzas(managed.id));
      page.isRenumbered = false;
      page.seenTo = 0;
      page.lastRow = 0;
    }
    const stanzas = this.#unseen(unacked.stanzas, scope === 'everything' ? 0 : page.seenTo, scope);
    page.seenTo = unacked.sent;
    // Without resumption only what must not be lost is worth a row.
    if (!managed.isResumable && page.row === undefined && stanzas.length === 0) return;
    this.#writeRow(managed, changes);
    for (const stanza of stanzas) {
      const { copies } = stanza;
      changes.push(
        store.putStanza({
          session: managed.id,
          number: stanza.number,
          atMs: stanza.atMs,
          stanza: stanza.element.toXml(),
          copies: copies === undefined ? null : this.#idOf(copies),
          isReceived: copies?.isReceived ? 1 : 0,
        }),
      );
      page.lastRow = stanza.number;
    }
  }

  /** The stanzas with a number above `seenTo` that are worth a row. What somebody else keeps is safe already. */
  #unseen(stanzas: readonly UnackedStanza[], seenTo: number, scope: Scope): readonly UnackedStanza[] {
    let first = stanzas.length;
    while (first > 0 && (stanzas[first - 1]?.number ?? 0) > seenTo) first--;
    return stanzas
      .slice(first)
      .filter(({ element, isKept }) => !isKept && (scope === 'everything' || element.name === 'message'));
  }

  #idOf(copies: Copies): string {
    copies.id ??= this.#randomId(COPIES_ID_BYTES);
    return copies.id;
  }

  #writeRow(managed: ManagedSession, changes: Change[]): void {
    const { id, page, session } = managed;
    const before = page.row;
    const now = rowOf(managed);
    if (before !== undefined && isSameState(before, now)) {
      if (isSameCount(before, now)) return;
      changes.push(store.putCounts({ id, ...now }));
    } else {
      changes.push(
        store.putSession({
          ...now,
          id,
          account: session.account,
          resource: session.jid.resource,
          isResumable: managed.isResumable ? 1 : 0,
          maxSeconds: Math.ceil(managed.resumeMs / 1000),
          lang: session.lang ?? null,
          boundAtMs: session.boundAtMs,
          presence: now.presence?.toXml() ?? null,
        }),
      );
    }
    page.row = now;
  }
}

function rowOf({ session, unacked }: ManagedSession): WrittenRow {
  return {
    presence: session.presence,
    presenceAtMs: session.presenceAtMs,
    priority: session.priority,
    enabled: [...session.enabled].join(' '),
    directed: [...session.directed.keys()].join('\n'),
    handled: session.handled,
    sent: unacked.sent,
    acknowledged: unacked.acknowledged,
  };
}

function isSameState(a: WrittenRow, b: WrittenRow): boolean {
  return a.presence === b.presence && a.priority === b.priority && a.enabled === b.enabled && a.directed === b.directed;
}

function isSameCount(a: WrittenRow, b: WrittenRow): boolean {
  return a.handled === b.handled && a.sent === b.sent && a.acknowledged === b.acknowledged;
}
