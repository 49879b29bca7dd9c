/**
 * One card in two formats. What only one of them can say must survive every change of the other, so a property is only
 * written where it says something else than what is there already.
 */
import { type Element, el } from '../../xml/element.ts';
import { PROPERTIES, type Property } from './properties.ts';
import { NS_VCARD_TEMP, NS_VCARD4, valueIn } from './values.ts';

/** `former` (of vcard-temp) brought up to what `vcard4` says; the same element when nothing is new. */
export function intoTemp(vcard4: Element, former: Element | undefined): Element {
  let card = former ?? el('vCard', NS_VCARD_TEMP);
  for (const property of PROPERTIES) {
    const wanted = fromVcard4(property, vcard4);
    if (says(wanted) === says(fromTemp(property, card))) continue;
    card = withProperty(card, (child) => isOfTemp(property, child), wanted);
  }
  return card;
}

/**
 * `former` (of vCard4) brought up to what has changed in vcard-temp from `before` to `after`; undefined when nothing
 * that vCard4 can say has.
 */
export function intoVcard4(
  former: Element | undefined,
  before: Element | undefined,
  after: Element | undefined,
): Element | undefined {
  let card = former ?? el('vcard', NS_VCARD4);
  for (const property of PROPERTIES) {
    const wanted = fromTemp(property, after);
    if (former !== undefined && says(wanted) === says(fromTemp(property, before))) continue;
    if (says(wanted) === says(fromVcard4(property, card))) continue;
    const converted = elementsOf(after, (child) => isOfTemp(property, child)).flatMap(
      (child) => property.toVcard4(child) ?? [],
    );
    const others = elementsOf(card, (child) => isOfVcard4(property, child)).filter(
      (child) => property.toTemp(child) === undefined && Boolean(valueIn(child)),
    );
    card = withProperty(card, (child) => isOfVcard4(property, child), [...converted, ...others]);
  }
  return card === former || (former === undefined && card.elements.length === 0) ? undefined : withName(card);
}

/** A card of vCard4 must have a formatted name (RFC 6350 section 6.2.1). */
function withName(card: Element): Element {
  if (card.elements.length === 0 || card.child('fn') !== undefined) return card;
  const nameless = el('fn', NS_VCARD4, undefined, el('text', NS_VCARD4));
  return card.withChildren([nameless, ...card.children]);
}

/** What a card of vCard4 says of a property, in terms of vcard-temp: the terms in which both can be compared. */
function fromVcard4(property: Property, card: Element): readonly Element[] {
  return elementsOf(card, (child) => isOfVcard4(property, child)).flatMap((child) => property.toTemp(child) ?? []);
}

/** The same of a card of vcard-temp, by way of vCard4, so that what vCard4 cannot say makes no difference. */
function fromTemp(property: Property, card: Element | undefined): readonly Element[] {
  return elementsOf(card, (child) => isOfTemp(property, child)).flatMap((child) => {
    const converted = property.toVcard4(child);
    return (converted && property.toTemp(converted)) ?? [];
  });
}

function says(elements: readonly Element[]): string {
  return elements.map((element) => element.toXml()).join('');
}

function elementsOf(card: Element | undefined, isWanted: (child: Element) => boolean): readonly Element[] {
  return card?.elements.filter(isWanted) ?? [];
}

/** `card` with these elements in the place of those that are replaced. */
function withProperty(card: Element, isReplaced: (child: Element) => boolean, elements: readonly Element[]): Element {
  const at = card.elements.findIndex(isReplaced);
  const others = card.elements.filter((child) => !isReplaced(child));
  const place = at < 0 ? others.length : at;
  return card.withChildren([...others.slice(0, place), ...elements, ...others.slice(place)]);
}

function isOfTemp(property: Property, child: Element): boolean {
  return child.xmlns === NS_VCARD_TEMP && property.temp.includes(child.name);
}

function isOfVcard4(property: Property, child: Element): boolean {
  return child.is(property.vcard4, NS_VCARD4);
}
