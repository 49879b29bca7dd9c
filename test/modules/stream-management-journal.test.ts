import { describe, expect, test } from 'vitest';
import { joinJid } from '../../server/jid/jid.ts';
import type { Logger } from '../../server/log/log.ts';
import { Acknowledging } from '../../server/modules/stream-management/acknowledging.ts';
import { Journal } from '../../server/modules/stream-management/journal.ts';
import type { ManagedSession } from '../../server/modules/stream-management/managed-session.ts';
import { ManagedSessions } from '../../server/modules/stream-management/managed-sessions.ts';
import { Session } from '../../server/session/session.ts';
import { NS_CLIENT } from '../../server/stanza/stanza.ts';
import type { Change, Writer } from '../../server/store/writer.ts';
import type { Stream } from '../../server/stream/stream.ts';
import { el } from '../../server/xml/element.ts';
import { FakeClock } from '../scene/fake-clock.ts';

const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};

/** A writer whose disk does nothing until it is told to. */
class SlowWriter implements Writer {
  readonly units: (readonly Change[])[] = [];
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  write(changes: readonly Change[]): Promise<void> {
    this.units.push(changes);
    return this.flush();
  }

  flush(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ resolve, reject });
    return promise;
  }

  async commits(): Promise<void> {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    await settled();
  }

  async fails(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the disk is full'));
    await settled();
  }
}

/** All promises that can settle by now have. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function open() {
  const writer = new SlowWriter();
  let ids = 0;
  const host = { clock: new FakeClock(), log: SILENT, randomId: () => `id-${++ids}` };
  const journal = new Journal(writer, host.randomId);
  const sessions = new ManagedSessions(host, journal);
  const acknowledging = new Acknowledging(host, sessions, journal);
  const manage = (localpart: string, resumeMs = 600_000): ManagedSession => {
    const session = new Session({
      jid: joinJid(localpart, 'localhost', 'orchard'),
      boundAtMs: 0,
      lang: undefined,
      limits: { maxBufferedBytes: 1_000_000, maxUnacked: 1_000, maxUnackedBytes: 1_000_000 },
      overflowed: () => undefined,
    });
    return sessions.enable(session, resumeMs);
  };
  return { writer, journal, sessions, acknowledging, manage };
}

/** The stream of a session, and what is written to it. */
function listen({ session }: ManagedSession): { readonly stream: Stream; readonly written: string[] } {
  const written: string[] = [];
  const stream = { write: (xml: string) => written.push(xml) } as Partial<Stream> as Stream;
  session.attach(stream);
  return { stream, written };
}

const MESSAGE = el('message', NS_CLIENT, { to: 'romeo@localhost' }, el('body', NS_CLIENT, undefined, 'Hi'));
const PRESENCE = el('presence', NS_CLIENT, { to: 'romeo@localhost' });

function tablesOf(unit: readonly Change[] | undefined): readonly string[] {
  return (unit ?? []).map(({ sql }) => /(?:INTO|UPDATE|FROM)\s+stream_management_(\w+)/.exec(sql)?.[1] ?? sql);
}

describe('an acknowledgement', () => {
  test('is sent at once when everything is on disk', () => {
    const { acknowledging, manage } = open();
    const romeo = manage('romeo', 0);
    const { stream, written } = listen(romeo);
    acknowledging.asked(romeo, stream);
    expect(written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='0'/>"]);
  });

  test('waits for what others wrote before', async () => {
    const { writer, acknowledging, manage } = open();
    const romeo = manage('romeo', 0);
    const { stream, written } = listen(romeo);
    writer.write([{ sql: 'of an archive', params: [] }]);
    acknowledging.asked(romeo, stream);
    await settled();
    expect(written).toEqual([]);
    await writer.commits();
    expect(written.length).toBe(1);
  });

  test('waits for the messages that lie in the queues of others, and for its own count', async () => {
    const { writer, acknowledging, manage } = open();
    const [romeo, juliet, nurse] = [manage('romeo'), manage('juliet', 0), manage('nurse')];
    const { stream, written } = listen(romeo);
    for (const { session } of [juliet, nurse]) session.send(MESSAGE);
    romeo.session.handled = 2;
    acknowledging.asked(romeo, stream);
    expect(writer.units.map(tablesOf)).toEqual([['session', 'stanza', 'session', 'stanza', 'session']]);
    expect(written).toEqual([]);
    await writer.commits();
    expect(written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='2'/>"]);
  });

  test('says how far the server was when it was asked, not when it could answer', async () => {
    const { writer, acknowledging, manage } = open();
    const romeo = manage('romeo');
    const { stream, written } = listen(romeo);
    romeo.session.handled = 2;
    acknowledging.asked(romeo, stream);
    romeo.session.handled = 5;
    acknowledging.asked(romeo, stream);
    await writer.commits();
    expect(written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='2'/>"]);
    expect(acknowledging.beforeFlush(romeo.session)).toBe("<a xmlns='urn:xmpp:sm:3' h='5'/>");
    expect(acknowledging.beforeFlush(romeo.session)).toBe('');
  });

  test('belongs to the stream on which it was asked for', async () => {
    const { writer, sessions, acknowledging, manage } = open();
    const romeo = manage('romeo');
    const former = listen(romeo);
    acknowledging.asked(romeo, former.stream);
    const now = listen(romeo);
    sessions.carried(romeo.session);
    await writer.commits();
    expect(former.written).toEqual([]);
    acknowledging.asked(romeo, now.stream);
    expect(now.written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='0'/>"]);
    const next = listen(romeo); // before that has left
    sessions.carried(romeo.session);
    acknowledging.asked(romeo, next.stream);
    expect(next.written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='0'/>"]);
  });

  test('answers all that is asked before it leaves', () => {
    const { acknowledging, manage } = open();
    const romeo = manage('romeo', 0);
    const { stream, written } = listen(romeo);
    for (let i = 0; i < 100; i++) acknowledging.asked(romeo, stream);
    expect(written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='0'/>"]);
    expect(acknowledging.beforeFlush(romeo.session)).toBe('');
    acknowledging.asked(romeo, stream);
    expect(written.length).toBe(2);
  });

  test('stays away when the disk fails, and the next one writes everything again', async () => {
    const { writer, acknowledging, manage } = open();
    const [romeo, juliet] = [manage('romeo'), manage('juliet')];
    const { stream, written } = listen(romeo);
    juliet.session.send(MESSAGE);
    romeo.session.handled = 1;
    acknowledging.asked(romeo, stream);
    await writer.fails();
    expect(written).toEqual([]);
    acknowledging.asked(romeo, stream);
    expect(tablesOf(writer.units[1]).toSorted()).toEqual(['session', 'session', 'stanza', 'stanza', 'stanza']);
    await writer.commits();
    expect(written).toEqual(["<a xmlns='urn:xmpp:sm:3' h='1'/>"]);
  });
});

describe('the journal', () => {
  test('writes nothing twice', async () => {
    const { writer, journal, manage } = open();
    const romeo = manage('romeo');
    romeo.session.send(MESSAGE);
    journal.save();
    await writer.commits();
    expect(journal.save()).toBeUndefined();
    romeo.session.send(MESSAGE);
    journal.save();
    expect(tablesOf(writer.units[1])).toEqual(['session', 'stanza']);
  });

  test('passes over what somebody else keeps, and what goes stale', () => {
    const { writer, journal, manage } = open();
    const romeo = manage('romeo');
    romeo.session.outbox.send(MESSAGE, () => undefined);
    romeo.session.send(PRESENCE);
    journal.save();
    expect(writer.units.map(tablesOf)).toEqual([['session']]);
  });

  test('writes what goes stale as well when the server stops', () => {
    const { writer, journal, manage } = open();
    const romeo = manage('romeo');
    romeo.session.send(PRESENCE);
    journal.save();
    journal.touch(romeo);
    romeo.session.send(MESSAGE);
    journal.save('everything');
    expect(tablesOf(writer.units[1])).toEqual(['session', 'stanza', 'stanza']);
  });

  test('does not write a session that is over, whoever still sends to it', () => {
    const { writer, journal, manage } = open();
    const romeo = manage('romeo');
    romeo.session.isEnded = true;
    journal.remove(romeo);
    romeo.session.send(MESSAGE);
    expect(journal.save()).toBeUndefined();
    expect(writer.units).toEqual([]);
  });
});
