/** For scenes of PEP: clients that say what they want to hear of, and what they then hear. */
import { verificationString } from '../../server/modulehost/verification-string.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_EVENT = 'http://jabber.org/protocol/pubsub#event';
export const NS_OWNER = 'http://jabber.org/protocol/pubsub#owner';
export const TUNE = 'http://jabber.org/protocol/tune';
const NS_CAPS = 'http://jabber.org/protocol/caps';
const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NODE = 'http://client.example/';

const featuresOf = (nodes: readonly string[]) => [NS_CAPS, NS_DISCO_INFO, ...nodes.map((node) => `${node}+notify`)];

/** The verification string of a client that wants to hear of these nodes. */
export function verOf(nodes: readonly string[]): string {
  const identities = [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }];
  return verificationString({ identities, features: featuresOf(nodes) });
}

/** `<c/>` of such a client. */
export function capsOf(nodes: readonly string[]): string {
  return `<c xmlns='${NS_CAPS}' hash='sha-1' node='${NODE}' ver='${verOf(nodes)}'/>`;
}

/** What such a client answers to a question for its capabilities. */
export function describes(
  client: SceneClient,
  to: string,
  id: string,
  nodes: readonly string[],
  ver = verOf(nodes),
): void {
  const features = featuresOf(nodes).map((feature) => `<feature var='${feature}'/>`);
  client.sends(
    `<iq type='result' id='${id}' to='${to}'><query xmlns='${NS_DISCO_INFO}' node='${NODE}#${ver}'><identity category='client' type='pc' name='Exodus 0.9.1'/>${features.join('')}</query></iq>`,
  );
}

/**
 * Initial presence of a client that wants to hear of these nodes, up to its own echo; it answers what it is asked.
 * Afterwards the last items come.
 */
export async function appears(client: SceneClient, nodes: readonly string[] = []): Promise<void> {
  client.sends(`<presence>${capsOf(nodes)}</presence>`);
  for (;;) {
    const element = await client.next();
    if (element.name === 'iq') describes(client, element.attr('from') ?? '', element.attr('id') ?? '', nodes);
    else if (element.name === 'presence' && element.attr('from') === client.jid) return;
    else throw new Error(`not expected when ${client.name} appears: ${element.toXml()}`);
  }
}

/** Publishes one item, as an `<iq/>` without its id. */
export function publication(node: string, item: string, options = ''): string {
  return `<iq type='set'><pubsub xmlns='${NS_PUBSUB}'><publish node='${node}'>${item}</publish>${options}</pubsub></iq>`;
}

export function tune(title: string): string {
  return `<tune xmlns='${TUNE}'><title>${title}</title></tune>`;
}

export function tunePublication(title: string, id: string, options = ''): string {
  return publication(TUNE, `<item id='${id}'>${tune(title)}</item>`, options);
}

/** `<publish-options/>` with fields by their short names. */
export function publishOptions(fields: Readonly<Record<string, string>>): string {
  return `<publish-options>${submitted(`${NS_PUBSUB}#publish-options`, fields)}</publish-options>`;
}

/** A form that was filled in. */
export function submitted(formType: string, fields: Readonly<Record<string, string | readonly string[]>>): string {
  const list = Object.entries(fields).map(([name, value]) => {
    const values = [value].flat().map((text) => `<value>${text}</value>`);
    return `<field var='pubsub#${name}'>${values.join('')}</field>`;
  });
  return `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${formType}</value></field>${list.join('')}</x>`;
}

export function tuneEvent(from: string, to: string, title: string, id: string, more = ''): string {
  return `<message from='${from}' to='${to}' type='headline' id='{any}'><event xmlns='${NS_EVENT}'><items node='${TUNE}'><item id='${id}'>${tune(title)}</item></items></event>${more}</message>`;
}

/** The stamp of an item that is sent late. */
export function delayFrom(service: string): string {
  return `<delay xmlns='urn:xmpp:delay' from='${service}' stamp='{any}'/>`;
}
