/** Nicknames (XEP-0045 section 17.1): which are none, and which are the same. */

import { skeletonOf } from '../../accounts/skeleton.ts';

/** Characters that take no room on the screen or only change how others look. */
const INVISIBLE = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** False for a nickname that nobody could see. The resourcepart has been prepared already (RFC 7622). */
export function isVisibleNick(nick: string): boolean {
  return nick.replace(INVISIBLE, '') !== '';
}

/**
 * Two nicknames with the same key are the same (section 7.2.8 leaves the rule to the service).
 *
 * SECURITY (section 14.6): nobody passes for somebody else by case, width, spaces or letters that look alike.
 */
export function nickKey(nick: string): string {
  return skeletonOf(nick.normalize('NFKC').toLowerCase().replace(INVISIBLE, ''));
}
