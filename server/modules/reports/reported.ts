/** What an item of a block request reports (XEP-0377 sections 4 to 6). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { ArchiveService } from '../../modulehost/services.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { type KeptMessage, type KeptReport, reasonOf } from './kept-report.ts';

export const NS_REPORTING = 'urn:xmpp:reporting:1';
const NS_SID = 'urn:xmpp:sid:0';
/** A conversation's worth; the rest of it an administrator need not read. */
const MAX_MESSAGES = 20;
/** In UTF-16 units, of each text. What is longer is cut: what matters about spam stands at its beginning. */
const MAX_TEXT = 2_000;
/** In UTF-16 units. Reasons are URNs of a registry, ids are some 40 characters. */
const MAX_NAME = 255;

export type ReportContent = Pick<
  KeptReport,
  'reason' | 'reasonUrn' | 'text' | 'messages' | 'mayTellOrigin' | 'mayTellOthers'
>;

/**
 * Undefined when there is no report, or none that can be used. Section 6: the address is blocked all the same, so that
 * there is nobody to tell what is wrong with it.
 */
export function readReport(
  item: Element,
  reporter: Jid,
  reported: Jid,
  archive: Pick<ArchiveService, 'find'>,
): ReportContent | undefined {
  const report = item.child('report', NS_REPORTING);
  const reasonUrn = report?.attr('reason') ?? '';
  if (report === undefined || reasonUrn === '' || reasonUrn.length > MAX_NAME) return undefined;
  return {
    reason: reasonOf(reasonUrn),
    reasonUrn,
    text: readText(report),
    messages: readIds(report)
      .map((id) => readMessage(id, reporter, reported, archive))
      .sort(byTime),
    mayTellOrigin: report.child('report-origin') !== undefined,
    mayTellOthers: report.child('third-party') !== undefined,
  };
}

/** The same text may stand there in several languages. */
function readText(report: Element): string | undefined {
  const texts = report.elements
    .filter((child) => child.is('text', NS_REPORTING))
    .map((child) => child.text().trim())
    .filter((text) => text !== '');
  return texts.length === 0 ? undefined : cut(texts.join('\n\n'));
}

/**
 * Section 6 has the reported address in `by`, while clients send the ids as they got them, by their own archive; so only
 * the id itself counts, and it is looked up where the reporter may read anyway.
 */
function readIds(report: Element): readonly string[] {
  const ids = new Set<string>();
  for (const child of report.elements) {
    const id = child.is('stanza-id', NS_SID) ? child.attr('id') : undefined;
    if (id !== undefined && id !== '' && id.length <= MAX_NAME && ids.size < MAX_MESSAGES) ids.add(id);
  }
  return [...ids];
}

/** SECURITY: a message of somebody else says nothing about the reported one, whatever the reporter claims. */
function readMessage(id: string, reporter: Jid, reported: Jid, archive: Pick<ArchiveService, 'find'>): KeptMessage {
  const found = archive.find(reporter.bare, id);
  const from = parseJid(found?.element.attr('from') ?? '');
  if (found === undefined || from === undefined || !isFrom(reported, from))
    return { id, atMs: undefined, body: undefined };
  const body = found.element.childText('body', NS_CLIENT);
  return { id, atMs: found.atMs, body: body === undefined ? undefined : cut(body) };
}

/** The oldest first, and those that are not known behind them. */
function byTime(one: KeptMessage, other: KeptMessage): number {
  const difference = (one.atMs ?? Number.MAX_SAFE_INTEGER) - (other.atMs ?? Number.MAX_SAFE_INTEGER);
  if (difference !== 0 || one.atMs === undefined) return difference;
  return one.id < other.id ? -1 : 1; // ids of an archive grow with time as well, and more finely
}

/** Whether the reported address stands for this sender, as in a block list (XEP-0191 section 5). */
function isFrom({ full }: Jid, sender: Jid): boolean {
  return full === sender.full || full === sender.bare || full === sender.domain;
}

/** Not between the halves of a character. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, '')}…`;
}
