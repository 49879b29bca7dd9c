/**
 * BOSH over a network that reorders requests, breaks connections and loses responses: both sides still get everything,
 * once and in its order (XEP-0124 section 14).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NS_BOSH } from '../../server/listeners/bosh/body.ts';
import { BoshSession } from '../../server/listeners/bosh/bosh-session.ts';
import type { Answer, Exchange } from '../../server/listeners/bosh/exchange.ts';
import { readTerms } from '../../server/listeners/bosh/session-request.ts';
import { el } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import type { ReaderEvents } from '../../server/xml/reader.ts';

const LIMITS = { maxStanzaBytes: 10_000, maxDepth: 10, maxAttributes: 10 };
const NS_TEST = 'urn:example:test';
const FIRST_RID = 1000;
const WINDOW = 2;

type Step = 'send' | 'deliver-first' | 'deliver-last' | 'say' | 'break' | 'lose' | 'turn' | 'sweep';
const step = fc.constantFrom<Step>('send', 'deliver-first', 'deliver-last', 'say', 'break', 'lose', 'turn', 'sweep');

/** A session, and a client on the other side of a bad network. */
class Play {
  readonly session: BoshSession;
  readonly heardByServer: number[] = [];
  readonly saidByServer: number[] = [];
  /** By request. */
  readonly #heard = new Map<number, readonly number[]>();
  readonly #underway = new Map<number, { answer: Answer | undefined; isBroken: boolean }>();
  /** Sent, and not there yet. */
  #network: number[] = [];
  #nextRid = FIRST_RID;
  nowMs = 0;
  #isLosing = false;

  constructor() {
    const beginning = this.#body(this.#nextRid, false);
    const terms = readTerms(beginning, 'localhost');
    if (typeof terms === 'string') throw new Error(terms);
    this.session = new BoshSession({
      sid: 'sid',
      terms,
      domain: 'localhost',
      tls: { version: 'TLSv1.3', cipher: '', channelBindingTypes: [], channelBinding: () => undefined },
      remoteAddress: '192.0.2.1',
      clock: { elapsedMs: () => this.nowMs },
      over: () => expect.unreachable('the session ended'),
    });
    const events: ReaderEvents = {
      streamOpened: () => undefined,
      element: (element) => this.heardByServer.push(Number(element.attr('n'))),
      streamClosed: () => undefined,
    };
    const reader = this.session.framing.createReader(events, LIMITS);
    const never = () => expect.unreachable();
    this.session.events = { received: (chunk) => reader.write(chunk), secured: never, ended: never, closed: never };
    this.#send(this.#nextRid++);
    this.#arrive(FIRST_RID);
  }

  take(what: Step): void {
    switch (what) {
      case 'send':
        if (this.#underway.size < WINDOW) this.#send(this.#nextRid++);
        break;
      case 'deliver-first':
      case 'deliver-last': {
        const rid = what === 'deliver-first' ? this.#network.shift() : this.#network.pop();
        if (rid !== undefined) this.#arrive(rid);
        break;
      }
      case 'say': {
        const n = this.saidByServer.length;
        this.saidByServer.push(n);
        this.session.write(el('say', NS_TEST, { n: String(n) }).toXml(NS_BOSH));
        break;
      }
      case 'break': {
        const [rid] = [...this.#underway.keys()].filter((rid) => !this.#network.includes(rid));
        if (rid !== undefined) this.#send(rid); // the client notices, and asks again
        break;
      }
      case 'lose':
        this.#isLosing = true;
        break;
      case 'sweep':
        this.nowMs += 1_000;
        this.session.sweep();
        break;
      case 'turn':
    }
  }

  get sent(): number {
    return this.#nextRid - FIRST_RID;
  }

  get heardByClient(): readonly number[] {
    return [...this.#heard.entries()].sort(([one], [other]) => one - other).flatMap(([, heard]) => heard);
  }

  #body(rid: number, hasSid = true) {
    const attributes = { rid: String(rid), ...(hasSid ? { sid: 'sid' } : { to: 'localhost', ver: '1.11' }) };
    return el('body', NS_BOSH, attributes, el('hear', NS_TEST, { n: String(rid - FIRST_RID) }));
  }

  #send(rid: number): void {
    const former = this.#underway.get(rid);
    if (former !== undefined) former.isBroken = true;
    this.#underway.set(rid, { answer: undefined, isBroken: false });
    this.#network.push(rid);
  }

  #arrive(rid: number): void {
    const request = this.#underway.get(rid);
    if (request === undefined) return;
    const play = this;
    const exchange: Exchange = {
      get isBroken() {
        return request.isBroken;
      },
      respond(answer) {
        if (request.answer !== undefined || request.isBroken) return;
        request.answer = answer;
        play.#answered(rid, answer);
      },
    };
    this.session.received(this.#body(rid, rid !== FIRST_RID), exchange);
  }

  #answered(rid: number, { xml }: Answer): void {
    const body = parseXml(xml);
    if (body.attr('type') === 'terminate') throw new Error(xml);
    if (this.#isLosing || body.attr('type') === 'error') {
      this.#isLosing = false;
      this.#send(rid);
      return;
    }
    this.#underway.delete(rid);
    this.#heard.set(
      rid,
      body.elements.filter(({ xmlns }) => xmlns === NS_TEST).map((said) => Number(said.attr('n'))),
    );
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('nothing is lost, doubled or out of order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const play = new Play();
      for (const what of steps) {
        play.take(what);
        if (what === 'turn' || what === 'sweep') await turn();
      }
      for (let i = 0; i < 20; i++) {
        for (const what of ['deliver-first', 'deliver-first', 'send'] as const) play.take(what);
        await turn();
      }
      const received = play.heardByServer;
      expect(received).toEqual(received.map((_, i) => i));
      expect(received.length).toBeGreaterThanOrEqual(play.sent - WINDOW);
      expect(play.heardByClient).toEqual(play.saidByServer);
    }),
    { numRuns: 300 },
  );
});
