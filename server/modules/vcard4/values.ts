/** Values and parameters inside the properties of both kinds of cards. */
import { type Element, el } from '../../xml/element.ts';

export const NS_VCARD_TEMP = 'vcard-temp';
export const NS_VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';

/** The parameters of vCard4 for the flags of vcard-temp. */
export function parameters(element: Element, types: readonly string[]): Element | undefined {
  const texts = types
    .filter((type) => element.child(type) !== undefined)
    .map((type) => four('text', type.toLowerCase()));
  const isPreferred = element.child('PREF') !== undefined;
  if (texts.length === 0 && !isPreferred) return undefined;
  return el(
    'parameters',
    NS_VCARD4,
    undefined,
    texts.length === 0 ? undefined : el('type', NS_VCARD4, undefined, texts),
    isPreferred ? el('pref', NS_VCARD4, undefined, four('integer', '1')) : undefined,
  );
}

export function flags(element: Element, types: readonly string[]): readonly (Element | undefined)[] {
  const given = element.child('parameters');
  const names = new Set(given?.child('type')?.elements.map((text) => text.text().trim().toUpperCase()));
  return [
    ...types.filter((type) => names.has(type)).map((type) => el(type, NS_VCARD_TEMP)),
    // 1 is the most preferred one (RFC 6350 section 5.3).
    given?.child('pref')?.childText('integer')?.trim() === '1' ? el('PREF', NS_VCARD_TEMP) : undefined,
  ];
}

export function temp(name: string, text: string): Element {
  return el(name, NS_VCARD_TEMP, undefined, text);
}

export function four(name: string, text: string): Element {
  return el(name, NS_VCARD4, undefined, text);
}

export function own(element: Element): string {
  return element.text().trim();
}

export function textOf(element: Element, name: string): string | undefined {
  return element.childText(name)?.trim();
}

/** Texts of the children of those names that say something. */
export function textsOf(element: Element, names: readonly string[]): readonly string[] {
  return element.elements
    .filter((child) => names.includes(child.name))
    .map(own)
    .filter((text) => text !== '');
}

/** The value of a property of vCard4, whatever its type. */
export function valueIn(element: Element): string | undefined {
  const value = element.elements.find((child) => child.name !== 'parameters');
  return value && own(value);
}
