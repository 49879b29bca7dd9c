/** XEP-0045 section 16.6.2: the status codes by name. Clients make their own sentences of them. */
import { type Element, el } from '../../xml/element.ts';
import { NS_MUC_USER } from './namespaces.ts';

export const STATUS = {
  /** Everybody here may see your JID. */
  nonAnonymous: 100,
  showsUnavailable: 102,
  hidesUnavailable: 103,
  configurationChanged: 104,
  selfPresence: 110,
  /** Everybody can read what is said here, also later. */
  logged: 170,
  notLogged: 171,
  nowNonAnonymous: 172,
  nowSemiAnonymous: 173,
  created: 201,
  nickAssigned: 210,
  banned: 301,
  newNick: 303,
  kicked: 307,
  affiliationChanged: 321,
  membersOnly: 322,
  shutdown: 332,
  /** Removed because of an error, not by anybody's will. */
  technicalProblem: 333,
} as const;

export type Status = (typeof STATUS)[keyof typeof STATUS];

export function statusElement(code: Status): Element {
  return el('status', NS_MUC_USER, { code: String(code) });
}
