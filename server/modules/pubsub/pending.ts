/** The command that brings an owner the requests that wait for them once more (XEP-0060 section 8.7, XEP-0050). */
import type { Answer } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { formElement, NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import type { Iq } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { askAboutAll } from './authorization.ts';
import type { Engine } from './engine.ts';
import { FIELD_PREFIX, SUBSCRIBE_AUTHORIZATION } from './namespaces.ts';
import { forOwnersOnly } from './refusal.ts';
import type { Space } from './spaces.ts';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NODE = `${FIELD_PREFIX}node`;

/** Takes both steps of the command; what was asked for is in the form itself, so that nothing has to be remembered. */
export function answerPending(engine: Engine, space: Space, iq: Iq, command: Element, name: string): Answer {
  if (command.attr('node') !== name) return new StanzaError('item-not-found', 'There is no such command.');
  const session = command.attr('sessionid') ?? engine.newId();
  const owned = [...space.nodes.values()].filter((node) => engine.isOwner(space, node, iq.from));
  if (owned.length === 0) return forOwnersOnly();
  if (command.attr('action') === 'cancel') return status('canceled', session, name);
  const form = command.child('x', NS_FORM);
  if (form === undefined) {
    const waiting = owned.filter((node) => [...node.subscriptions.values()].some(({ state }) => state === 'pending'));
    const options = waiting.map(({ id, configuration }) => ({ label: configuration.title || id, value: id }));
    const field = { name: NODE, type: 'list-single', label: 'Node with requests', options } as const;
    const content = formElement({ type: 'form', formType: SUBSCRIBE_AUTHORIZATION, fields: [field] });
    return status('executing', session, name, content);
  }
  const id = readSubmittedForm(form)?.get(NODE)?.[0];
  if (id === undefined) return new StanzaError('bad-request', 'The form names no node.');
  const node = space.nodes.get(id);
  if (node === undefined) return new StanzaError('item-not-found', 'There is no such node.');
  if (!owned.includes(node)) return forOwnersOnly();
  askAboutAll(engine, space, node, iq.from);
  return status('completed', session, name);
}

function status(text: string, sessionid: string, node: string, content?: Element): Element {
  return el('command', NS_COMMANDS, { sessionid, node, status: text }, content);
}
