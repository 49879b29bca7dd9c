/** What scenes of the archive do again and again. */
import type { Element } from '../../server/xml/element.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const NS_MAM = 'urn:xmpp:mam:2';
const NS_RSM = 'http://jabber.org/protocol/rsm';
const NS_SID = 'urn:xmpp:sid:0';

/** One message of a page. */
export interface Shown {
  readonly id: string;
  readonly stamp: string;
  readonly queryId: string | undefined;
  /** The message inside. */
  readonly message: Element;
}

export interface PageShown {
  readonly messages: readonly Shown[];
  readonly bodies: readonly (string | undefined)[];
  readonly fin: Element;
  readonly isComplete: boolean;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly index: string | undefined;
  readonly count: string | undefined;
}

/** The fields of a query as its form; a list stands for several values. */
export function form(fields: Readonly<Record<string, string | readonly string[]>>): string {
  const all = { FORM_TYPE: NS_MAM, ...fields };
  const xml = Object.entries(all).map(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    return `<field var='${name}'>${values.map((each) => `<value>${each}</value>`).join('')}</field>`;
  });
  return `<x xmlns='jabber:x:data' type='submit'>${xml.join('')}</x>`;
}

export function rsm(inner: string): string {
  return `<set xmlns='${NS_RSM}'>${inner}</set>`;
}

let counter = 0;

/** Asks for a page and reads it to its end; throws when it is refused. */
export async function page(client: SceneClient, inner = '', to = ''): Promise<PageShown> {
  const id = `page-${++counter}`;
  const addressee = to === '' ? '' : ` to='${to}'`;
  client.sends(`<iq type='set' id='${id}'${addressee}><query xmlns='${NS_MAM}' queryid='${id}'>${inner}</query></iq>`);
  const messages: Shown[] = [];
  for (;;) {
    const element = await client.next();
    if (element.name === 'message') {
      const result = element.child('result', NS_MAM);
      const forwarded = result?.child('forwarded', 'urn:xmpp:forward:0');
      const message = forwarded?.child('message', 'jabber:client');
      if (result === undefined || message === undefined) throw new Error(`no message of a page: ${element.toXml()}`);
      messages.push({
        id: result.attr('id') ?? '',
        stamp: forwarded?.child('delay', 'urn:xmpp:delay')?.attr('stamp') ?? '',
        queryId: result.attr('queryid'),
        message,
      });
      continue;
    }
    const fin = element.child('fin', NS_MAM);
    if (element.attr('id') !== id || fin === undefined) throw new Error(`not the end of a page: ${element.toXml()}`);
    const set = fin.child('set', NS_RSM);
    const first = set?.child('first');
    return {
      messages,
      bodies: messages.map(({ message }) => message.childText('body')),
      fin,
      isComplete: fin.attr('complete') === 'true',
      first: first?.text(),
      last: set?.childText('last'),
      index: first?.attr('index'),
      count: set?.childText('count'),
    };
  }
}

/** The condition with which a query is refused. */
export async function refusal(client: SceneClient, inner: string, to?: string): Promise<string | undefined> {
  const addressee = to === undefined ? '' : ` to='${to}'`;
  const answer = await client.request(`<iq type='set'${addressee}><query xmlns='${NS_MAM}'>${inner}</query></iq>`);
  return answer.child('error')?.elements[0]?.name;
}

/** The ids that a message carries, by whom they are. */
export function stanzaIds(message: Element): Readonly<Record<string, string>> {
  const ids = message.elements.filter((child) => child.is('stanza-id', NS_SID));
  return Object.fromEntries(ids.map((child) => [child.attr('by') ?? '', child.attr('id') ?? '']));
}
