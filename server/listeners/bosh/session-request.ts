/** The request that begins a session (XEP-0124 section 7): what the client wants, and what it gets. */
import { parseJid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';
import { NS_XBOSH } from './body.ts';
import { type BindingCondition, XML_TYPE } from './exchange.ts';

/** The version of BOSH that is spoken here. */
const MAJOR = 1;
const MINOR = 11;
/** Longer, and proxies between here and the client lose patience. */
const MAX_WAIT_S = 60;
/** One held request is enough: a second one that comes takes its place. */
const MAX_HOLD = 1;
/** Without a request: a page that is loaded anew on a bad line takes no longer. */
const INACTIVITY_S = 60;
/** Of a client that asks now and then: it may be silent for longer. */
const POLLING_INACTIVITY_S = 120;
const POLLING_S = 5;
const MAX_PAUSE_S = 120;
/** RFC 9110 section 8.3.1, without room for anything that could end the header. */
const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,60}(?:; ?[\w-]{1,40}="?[\w.-]{1,40}"?){0,3}$/;
/** 2^53 - 1 (section 14.1). */
const MAX_RID = Number.MAX_SAFE_INTEGER;

/** The terms of a session; times in seconds. */
export interface Terms {
  readonly rid: number;
  readonly wait: number;
  readonly hold: number;
  readonly requests: number;
  readonly inactivity: number;
  /** The shortest time between two empty requests, where the client only polls (section 12). */
  readonly polling: number | undefined;
  readonly maxPause: number;
  /** Undefined for a client from before there were versions, and conditions. */
  readonly ver: string | undefined;
  /** Content-Type of all responses. */
  readonly type: string;
}

export function readTerms(body: Element, domain: string): Terms | BindingCondition {
  const rid = readRid(body);
  const wait = readCount(body, 'wait', MAX_WAIT_S);
  const hold = readCount(body, 'hold', MAX_HOLD);
  const type = body.attr('content') ?? XML_TYPE;
  if (rid === undefined || wait === undefined || hold === undefined || !MEDIA_TYPE.test(type)) return 'bad-request';
  const to = body.attr('to');
  if (to === undefined || to === '') return 'improper-addressing';
  if (parseJid(to)?.full !== domain) return 'host-unknown';
  const isPolling = wait === 0 || hold === 0;
  const held = isPolling ? 0 : Math.min(hold, MAX_HOLD);
  return {
    rid,
    wait: Math.min(wait, MAX_WAIT_S),
    hold: held,
    requests: held + 1,
    inactivity: isPolling ? POLLING_INACTIVITY_S : INACTIVITY_S,
    polling: isPolling ? POLLING_S : undefined,
    maxPause: MAX_PAUSE_S,
    ver: agreedVersion(body.attr('ver')),
    type,
  };
}

/** The `rid` of any request; undefined when it has none that could be right. */
export function readRid(body: Element): number | undefined {
  const text = body.attr('rid') ?? '';
  const rid = Number(text);
  return /^[0-9]{1,16}$/.test(text) && rid > 0 && rid <= MAX_RID ? rid : undefined;
}

function readCount(body: Element, name: string, otherwise: number): number | undefined {
  const text = body.attr(name);
  if (text === undefined) return otherwise;
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The lower one of both sides'. */
function agreedVersion(theirs: string | undefined): string | undefined {
  if (theirs === undefined) return undefined;
  const [, major, minor] = /^([0-9]{1,4})\.([0-9]{1,4})$/.exec(theirs) ?? [];
  const isOlder = major !== undefined && (Number(major) < MAJOR || (Number(major) === MAJOR && Number(minor) < MINOR));
  return isOlder ? `${Number(major)}.${Number(minor)}` : `${MAJOR}.${MINOR}`;
}

/** What the answer says on its body (section 7.2, and XEP-0206 section 4). */
export function sessionResponse(
  sid: string,
  terms: Terms,
  domain: string,
): Readonly<Record<string, string | undefined>> {
  const { rid, wait, hold, requests, inactivity, polling, maxPause, ver } = terms;
  return {
    sid,
    wait: String(wait),
    hold: String(hold),
    requests: String(requests),
    inactivity: String(inactivity),
    polling: polling === undefined ? undefined : String(polling),
    maxpause: String(maxPause),
    ver,
    from: domain,
    ack: String(rid),
    'xmlns:xmpp': NS_XBOSH,
    'xmpp:version': '1.0',
    'xmpp:restartlogic': 'true',
  };
}
