/** What app servers and phones do in scenes with push notifications. */
import { errorReply, type StanzaCondition, StanzaError } from '../../server/stanza/error.ts';
import { type AddressedStanza, NS_CLIENT } from '../../server/stanza/stanza.ts';
import { type Element, el } from '../../server/xml/element.ts';
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { enables } from './stream-management-steps.ts';

export const NS_PUSH = 'urn:xmpp:push:0';
export const SERVICE = 'push-5.client.example';
export const NODE = 'yxs32uqsflafdk3iuqo';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';

/** Answers publications as it is told to, and remembers them. */
export class AppServer {
  readonly requests: Element[] = [];
  answer: 'result' | 'silence' | StanzaError = 'result';
  /** True when federation is switched off between a request and its answer. */
  isCutOffMeanwhile = false;
  readonly #scene: Scene;
  readonly #domain: string;

  constructor(scene: Scene, domain = SERVICE) {
    this.#scene = scene;
    this.#domain = domain;
    this.connects();
  }

  /** Can be reached, as after a restart of the server. */
  connects(): void {
    this.#scene.server.router.routes.set(this.#domain, { deliver: (stanza) => this.#take(stanza) });
  }

  disconnects(): void {
    this.#scene.server.router.routes.delete(this.#domain);
  }

  refuses(condition: StanzaCondition): void {
    this.answer = new StanzaError(condition);
  }

  says(xml: Element): void {
    this.#scene.server.router.send(xml);
  }

  /** The notifications that came since the last time, once everything on its way has arrived. */
  async takes(): Promise<readonly Element[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.requests.splice(0).map((iq) => {
      const notification = iq
        .child('pubsub', NS_PUBSUB)
        ?.child('publish')
        ?.child('item')
        ?.child('notification', NS_PUSH);
      if (notification === undefined) throw new Error(`not a notification: ${iq}`);
      return notification;
    });
  }

  /** As `takes`, each by its summary. */
  async counts(): Promise<readonly (string | undefined)[]> {
    return (await this.takes()).map((notification) => summaryOf(notification)['message-count']);
  }

  #take(stanza: AddressedStanza): void {
    this.requests.push(stanza.element);
    if (this.isCutOffMeanwhile) this.disconnects();
    const { answer } = this;
    if (answer === 'silence') return;
    const { element } = stanza;
    const result = el('iq', NS_CLIENT, {
      type: 'result',
      id: element.attr('id'),
      from: element.attr('to'),
      to: element.attr('from'),
    });
    this.#scene.server.router.send(answer === 'result' ? result : errorReply(element, answer));
  }
}

/** The summary form of a notification by field. */
export function summaryOf(notification: Element): Readonly<Record<string, string | undefined>> {
  const form = notification.child('x', 'jabber:x:data');
  return Object.fromEntries((form?.elements ?? []).map((field) => [field.attr('var'), field.childText('value')]));
}

export function enable(content = '', attributes = `jid='${SERVICE}' node='${NODE}'`): string {
  return `<iq type='set'><enable xmlns='${NS_PUSH}' ${attributes}>${content}</enable></iq>`;
}

export function disable(attributes = `jid='${SERVICE}'`): string {
  return `<iq type='set'><disable xmlns='${NS_PUSH}' ${attributes}/></iq>`;
}

/** A phone that has asked to be woken and can resume its session. */
export async function armed(
  scene: Scene,
  content = '',
  resource = 'phone',
): Promise<{ readonly phone: SceneClient; readonly id: string }> {
  const phone = await scene.login('romeo', resource);
  const answer = await phone.request(enable(content, `jid='${SERVICE}' node='${NODE}-${resource}'`));
  if (answer.attr('type') !== 'result') throw new Error(`push was not enabled: ${answer}`);
  return { phone, id: await enables(phone) };
}

/** As `armed`, and its app is not running any more. */
export async function armedAndGone(scene: Scene, content = ''): Promise<void> {
  const { phone } = await armed(scene, content);
  await phone.ends();
}
