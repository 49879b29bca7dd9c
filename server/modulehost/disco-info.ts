/** What an entity says of itself, written (XEP-0030 section 3), and read so that its hash can be checked (XEP-0115). */
import { type Form, formElement, NS_FORM } from '../stanza/form.ts';
import { type Element, el } from '../xml/element.ts';
import type { DiscoInfo } from './disco.ts';

export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';

/** The `<query/>` of an answer; `node` is that of the question (section 3.2). */
export function discoInfoElement(node: string | undefined, { identities, features, forms = [] }: DiscoInfo): Element {
  return el(
    'query',
    NS_DISCO_INFO,
    { node },
    identities.map(({ category, type, name, lang }) =>
      el('identity', NS_DISCO_INFO, { category, type, name, 'xml:lang': lang }),
    ),
    features.map((feature) => el('feature', NS_DISCO_INFO, { var: feature })),
    forms.map(formElement),
  );
}

/** Undefined when it is ill-formed in the sense of XEP-0115 section 5.4, rules 3.3 to 3.5: something is said twice. */
export function readDiscoInfo(query: Element): DiscoInfo | undefined {
  const identities = query.elements
    .filter((child) => child.is('identity', query.xmlns))
    .map((child) => ({
      category: child.attr('category') ?? '',
      type: child.attr('type') ?? '',
      name: child.attr('name') ?? '',
      lang: child.attr('xml:lang') ?? '',
    }));
  const features = query.elements
    .filter((child) => child.is('feature', query.xmlns))
    .map((child) => child.attr('var') ?? '');
  const forms = query.elements.filter((child) => child.is('x', NS_FORM)).map(readForm);
  const said = identities.map(({ category, type, lang, name }) => JSON.stringify([category, type, lang, name]));
  const formTypes = forms.flatMap(({ formType }) => formType ?? []);
  if (hasDouble(said) || hasDouble(features) || hasDouble(formTypes)) return undefined;
  return { identities, features, forms };
}

function readForm(x: Element): Form {
  const fields = x.elements
    .filter((child) => child.is('field', NS_FORM))
    .map((field) => ({
      name: field.attr('var') ?? '',
      type: field.attr('type'),
      values: field.elements.filter((child) => child.is('value', NS_FORM)).map((value) => value.text()),
    }));
  const formType = fields.find(({ name, type }) => name === 'FORM_TYPE' && type === 'hidden')?.values[0];
  return {
    type: 'result',
    ...(formType !== undefined && { formType }),
    fields: fields.filter(({ name }) => name !== 'FORM_TYPE').map(({ name, values }) => ({ name, values })),
  };
}

function hasDouble(texts: readonly string[]): boolean {
  return new Set(texts).size < texts.length;
}
