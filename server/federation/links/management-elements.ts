/** XEP-0198: the elements of stream management that only servers say to each other, or hear from each other. */
import { enabled, NS_SM } from '../../router/management-elements.ts';
import { wrapCounter } from '../../session/unacked-queue.ts';
import { type Element, el } from '../../xml/element.ts';

export const MANAGEMENT_FEATURE = `<sm xmlns='${NS_SM}'><optional/></sm>`;
/** Longer than any that is used; it comes back in `<resume/>`. */
const MAX_ID_LENGTH = 1_000;

export function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

/**
 * The SM-ID of `<enabled/>`, and for how long; undefined when the stream cannot be resumed.
 *
 * COMPAT(Prosody, 0.12): repeats `resume` of the request also where it cannot resume, and then gives no id.
 */
export function readEnabled(
  element: Element,
): { readonly id: string; readonly maxSeconds: number | undefined } | undefined {
  const id = element.attr('id') ?? '';
  if (!isTrue(element.attr('resume')) || id === '' || id.length > MAX_ID_LENGTH) return undefined;
  const max = element.attr('max')?.trim() ?? '';
  return { id, maxSeconds: /^\d{1,9}$/.test(max) && Number(max) > 0 ? Number(max) : undefined };
}

export function enableXml(): string {
  return `<enable xmlns='${NS_SM}' resume='true'/>`;
}

/** Without an `id` the stream cannot be resumed. */
export function enabledXml(id: string, maxSeconds: number): string {
  return (id === '' ? enabled() : enabled(id, maxSeconds)).toXml();
}

export function resumeXml(id: string, handled: number): string {
  return el('resume', NS_SM, { h: String(wrapCounter(handled)), previd: id }).toXml();
}
