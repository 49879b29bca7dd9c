/** Nodes that the service itself makes and publishes to, for modules that tell something about the server. */
import type { NodesService } from '../../modulehost/nodes.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Field, formElement } from '../../stanza/form.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Engine } from './engine.ts';
import { NS_PUBSUB, NS_PUBSUB_OWNER } from './namespaces.ts';
import { answer } from './requests.ts';
import type { Space } from './spaces.ts';

const OPTIONS: readonly Field[] = [
  { name: 'pubsub#access_model', values: ['open'] },
  { name: 'pubsub#max_items', values: ['1'] },
];

export function createNodes(engine: Engine, space: () => Space, reserved: Set<string>): NodesService {
  const { jid } = space();

  /** The service is asked by itself, so that its own nodes are nodes like any other. */
  async function ask(xmlns: string, ...actions: readonly Element[]): Promise<StanzaError | undefined> {
    const payload = el('pubsub', xmlns, undefined, ...actions);
    const element = el('iq', NS_CLIENT, { type: 'set', id: 'own', from: jid.full, to: jid.full }, payload);
    const iq = { kind: 'iq', type: 'set', id: 'own', element, from: jid, to: jid, payload } as const;
    const answered = await answer(engine, space(), iq, payload);
    return answered instanceof StanzaError ? answered : undefined;
  }

  return {
    address: jid,
    reserve(node) {
      reserved.add(node);
      return () => reserved.delete(node);
    },
    publish(node, { id, payload }) {
      const item = el('item', NS_PUBSUB, { id }, payload);
      const form = formElement({ type: 'submit', formType: `${NS_PUBSUB}#publish-options`, fields: OPTIONS });
      return ask(
        NS_PUBSUB,
        el('publish', NS_PUBSUB, { node }, item),
        el('publish-options', NS_PUBSUB, undefined, form),
      );
    },
    async remove(node) {
      await ask(NS_PUBSUB_OWNER, el('delete', NS_PUBSUB_OWNER, { node })); // somebody else's is not ours to take
    },
  };
}
