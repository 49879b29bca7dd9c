/** What administrators let a component do besides what every component can (XEP-0356, XEP-0355). */

/** What kind of requests is allowed (XEP-0356 sections 4.1 and 6.1). */
export type RequestAccess = 'none' | 'get' | 'set' | 'both';

/** What the host of the server lets a component do besides what every component can. */
export interface ComponentGrants {
  /** XEP-0356 section 4: the contact lists of all accounts. */
  readonly roster: RequestAccess;
  /** Whether it hears of changed contacts; means nothing unless it may read them. */
  readonly rosterPush: boolean;
  /** XEP-0356 section 5: messages in the name of the server or of any account. */
  readonly message: 'none' | 'outgoing';
  /** XEP-0356 section 7: who of the accounts is online, or of their contacts as well. */
  readonly presence: 'none' | 'managed_entity' | 'roster';
  /** XEP-0356 section 6: requests in the name of any account, by namespace. */
  readonly iq: readonly { readonly xmlns: string; readonly access: Exclude<RequestAccess, 'none'> }[];
  /** XEP-0355: namespaces that it answers for, if all these attributes are there. */
  readonly delegated: readonly { readonly xmlns: string; readonly attributes: readonly string[] }[];
}

export const NO_GRANTS: ComponentGrants = {
  roster: 'none',
  rosterPush: true,
  message: 'none',
  presence: 'none',
  iq: [],
  delegated: [],
};

export function allows(access: RequestAccess, type: 'get' | 'set'): boolean {
  return access === type || access === 'both';
}
