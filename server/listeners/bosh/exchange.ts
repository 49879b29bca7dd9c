/** One HTTP request that waits for its response. */

export interface Answer {
  readonly status: number;
  /** Content-Type. */
  readonly type: string;
  readonly xml: string;
}

export interface Exchange {
  /** True when the connection is gone: whoever answers speaks to nobody. */
  readonly isBroken: boolean;
  /** Answers; a second answer goes nowhere. */
  respond(answer: Answer): void;
}

/** XEP-0124 section 17.2. */
export type BindingCondition =
  | 'bad-request'
  | 'host-unknown'
  | 'improper-addressing'
  | 'item-not-found'
  | 'other-request'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'remote-stream-error';

/** XEP-0124 section 17.1: what those are told instead who know no conditions. */
export const LEGACY_STATUS: ReadonlyMap<string | undefined, number> = new Map<BindingCondition, number>([
  ['bad-request', 400],
  ['policy-violation', 403],
  ['item-not-found', 404],
]);

export const XML_TYPE = 'text/xml; charset=utf-8';
