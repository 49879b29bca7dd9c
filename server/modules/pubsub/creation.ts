/** Making nodes (XEP-0060 section 8.1), also by publishing to one that is not there yet (section 7.1.4). */
import { bareJid, type Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Change } from '../../store/writer.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Configuration } from './configuration.ts';
import { type ConfigurationChange, readChange } from './configuration-form.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import { NODE_CONFIG, NS_PUBSUB } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import type { Space } from './spaces.ts';
import { writeAffiliation, writeNode } from './store.ts';
import { readForm } from './submitted-form.ts';

/** In UTF-16 units; RFC 7622 has the same for what stands in an address, and a NodeID may (section 4.6). */
export const MAX_ID_LENGTH = 1_023;

/** A node that has been made and what has to be written for it. */
export interface NewNode {
  readonly node: PubSubNode;
  readonly changes: readonly Change[];
}

/** Makes a node in memory, or says why not. */
export function makeNode(
  engine: Engine,
  space: Space,
  by: Jid,
  id: string,
  change: ConfigurationChange,
): NewNode | StanzaError {
  const refused = engine.front.refuseCreation(space, by, id) ?? refuseId(id) ?? refuseNumber(engine, space);
  if (refused !== undefined) return refused;
  const configuration: Configuration = { ...engine.front.defaults(), ...change, ...engine.front.imposed(id) };
  const node = engine.spaces.addNode(space, id, bareJid(by).full, engine.now, configuration);
  node.setAffiliation(by, 'owner');
  return { node, changes: [...writeNode(space.jid.bare, node), writeAffiliation(space.jid.bare, node, by.bare)] };
}

/** `<create/>`, with or without `<configure/>` behind it. */
export function create(request: PubSubRequest): Promise<Element | undefined> | StanzaError {
  const { engine, space, from, payload, action } = request;
  const change = readConfigure(request);
  if (change instanceof StanzaError) return change;
  const wanted = action.attr('node');
  const id = wanted === undefined || wanted === '' ? engine.newId() : wanted;
  if (space.nodes.has(id)) return new StanzaError('conflict', 'There is such a node already.');
  const type = action.attr('type');
  if (type !== undefined && type !== 'leaf') {
    return new StanzaError('feature-not-implemented', 'Nodes are leaves here.');
  }
  const made = makeNode(engine, space, from, id, change);
  if (made instanceof StanzaError) return made;
  engine.log.info({ service: space.jid.bare, node: id, by: from.bare }, 'node made');
  const result =
    id === wanted ? undefined : el('pubsub', payload.xmlns, undefined, el('create', NS_PUBSUB, { node: id }));
  return engine.spaces.write(space, made.changes).then(() => result);
}

/** Section 8.1.3: it stands behind `<create/>` and names no node. */
function readConfigure({ engine, payload, action }: PubSubRequest): ConfigurationChange | StanzaError {
  const configure = payload.child('configure');
  if (configure === undefined) return {};
  if (payload.elements.indexOf(configure) < payload.elements.indexOf(action) || configure.attr('node') !== undefined) {
    return new StanzaError('bad-request', 'The configuration stands behind the node and names none itself.');
  }
  if (configure.elements.length === 0) return {}; // section 8.1.2: the defaults
  const values = readForm(configure, NODE_CONFIG);
  if (values instanceof StanzaError) return values;
  return values === 'cancel' ? {} : readChange(values, engine.front.limits());
}

function refuseId(id: string): StanzaError | undefined {
  if (id.length <= MAX_ID_LENGTH) return undefined;
  return new StanzaError('not-acceptable', `The name of a node has at most ${MAX_ID_LENGTH} characters.`);
}

function refuseNumber({ front }: Engine, space: Space): StanzaError | undefined {
  const { maxNodes } = front.limits();
  if (space.nodes.size < maxNodes) return undefined;
  return new StanzaError('resource-constraint', `There may be at most ${maxNodes} nodes here.`);
}
