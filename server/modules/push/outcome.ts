/** XEP-0357 section 7.1: what an answer of a push service means for the registration. */
import { NS_STANZA_ERROR } from '../../stanza/error.ts';
import { type Iq, NS_CLIENT } from '../../stanza/stanza.ts';

/**
 * `unreachable`: nobody knows whether the service would have wanted it. `refused`: it may be its own trouble, which
 * passes. `gone`: it does not want it, today or tomorrow.
 */
export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'gone' | 'refused' | 'unreachable';
      readonly condition: string;
      readonly text: string | undefined;
    };

const UNREACHABLE: ReadonlySet<string> = new Set(['remote-server-not-found', 'remote-server-timeout']);
/** Said by servers whose push service is just being restarted as well. */
const PASSING: ReadonlySet<string> = new Set(['internal-server-error', 'service-unavailable', 'resource-constraint']);

/** `answer` is undefined when none came in time. */
export function outcomeOf(answer: Iq | undefined): Outcome {
  if (answer === undefined) return { kind: 'unreachable', condition: 'remote-server-timeout', text: undefined };
  if (answer.type !== 'error') return { kind: 'delivered' };
  const error = answer.element.child('error', NS_CLIENT);
  const conditions = error?.elements.filter((child) => child.xmlns === NS_STANZA_ERROR) ?? [];
  const condition = conditions.find((child) => child.name !== 'text')?.name ?? 'undefined-condition';
  const text = error?.childText('text', NS_STANZA_ERROR);
  if (UNREACHABLE.has(condition)) return { kind: 'unreachable', condition, text };
  const isPassing = PASSING.has(condition) || error?.attr('type') === 'wait';
  return { kind: isPassing ? 'refused' : 'gone', condition, text };
}
