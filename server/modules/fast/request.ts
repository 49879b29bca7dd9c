/** The `<fast/>` of a client that signs in with a token (XEP-0484 sections 3.4 and 3.6). */
import type { Element } from '../../xml/element.ts';

/** Of `xs:int`. */
const MAX_COUNT = 2_147_483_647;

export interface FastRequest {
  /** Undefined when the client counts not. */
  readonly count: number | undefined;
  readonly isInvalidating: boolean;
}

/** Undefined when there is none, or it is not as section 9 has it. */
export function readRequest(fast: Element | undefined): FastRequest | undefined {
  if (fast === undefined) return undefined;
  const count = fast.attr('count');
  if (count !== undefined && !(/^\d{1,10}$/.test(count) && Number(count) <= MAX_COUNT)) return undefined;
  const invalidate = fast.attr('invalidate');
  return {
    count: count === undefined ? undefined : Number(count),
    isInvalidating: invalidate === 'true' || invalidate === '1',
  };
}
