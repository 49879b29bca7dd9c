/** Availability as RFC 6121 section 4.7.2.1 has it, in the words of pubsub#show-values. */
import type { Element } from '../../xml/element.ts';
import type { Show } from './subscription.ts';

export function showOf(presence: Element): Show {
  const show = presence.childText('show');
  return show === 'away' || show === 'chat' || show === 'dnd' || show === 'xa' ? show : 'online';
}
