/** XEP-0004: Data Forms, as far as the server asks and reads: fields by name, values as strings. */
import { type Element, el } from '../xml/element.ts';

export const NS_FORM = 'jabber:x:data';
const NS_VALIDATE = 'http://jabber.org/protocol/xdata-validate';

export type FieldType =
  | 'boolean'
  | 'fixed'
  | 'hidden'
  | 'jid-multi'
  | 'jid-single'
  | 'list-multi'
  | 'list-single'
  | 'text-multi'
  | 'text-private'
  | 'text-single';

export interface Field {
  readonly name: string;
  readonly type?: FieldType;
  readonly label?: string;
  readonly values?: readonly string[];
  readonly isRequired?: boolean;
  readonly options?: readonly { readonly label?: string; readonly value: string }[];
  /** XEP-0122: what kind of value it takes, and between which limits. */
  readonly validation?: {
    readonly datatype: string;
    readonly range?: { readonly min?: number; readonly max?: number };
  };
}

export interface Form {
  readonly type: 'form' | 'result' | 'submit' | 'cancel';
  /** FORM_TYPE (XEP-0068), the namespace that gives the field names their meaning. */
  readonly formType?: string;
  readonly title?: string;
  readonly instructions?: string;
  readonly fields: readonly Field[];
}

/** The form as an `<x/>` element. */
export function formElement(form: Form): Element {
  const hidden: readonly Field[] =
    form.formType === undefined ? [] : [{ name: 'FORM_TYPE', type: 'hidden', values: [form.formType] }];
  return el(
    'x',
    NS_FORM,
    { type: form.type },
    form.title === undefined ? undefined : el('title', NS_FORM, undefined, form.title),
    form.instructions === undefined ? undefined : el('instructions', NS_FORM, undefined, form.instructions),
    [...hidden, ...form.fields].map(fieldElement),
  );
}

function fieldElement(field: Field): Element {
  return el(
    'field',
    NS_FORM,
    { var: field.name, type: field.type, label: field.label },
    field.isRequired ? el('required', NS_FORM) : undefined,
    field.validation && validateElement(field.validation),
    (field.values ?? []).map((value) => el('value', NS_FORM, undefined, value)),
    (field.options ?? []).map((option) =>
      el('option', NS_FORM, { label: option.label }, el('value', NS_FORM, undefined, option.value)),
    ),
  );
}

function validateElement({ datatype, range }: NonNullable<Field['validation']>): Element {
  const limits = range && el('range', NS_VALIDATE, { min: range.min?.toString(), max: range.max?.toString() });
  return el('validate', NS_VALIDATE, { datatype }, limits);
}

/** The values of a submitted form by field name; undefined when `x` is no form of type `submit`. */
export function readSubmittedForm(x: Element | undefined): ReadonlyMap<string, readonly string[]> | undefined {
  if (x === undefined || !x.is('x', NS_FORM) || x.attr('type') !== 'submit') return undefined;
  const values = new Map<string, readonly string[]>();
  for (const field of x.elements) {
    const name = field.attr('var');
    if (!field.is('field', NS_FORM) || name === undefined) continue;
    values.set(
      name,
      field.elements.filter((child) => child.is('value', NS_FORM)).map((child) => child.text()),
    );
  }
  return values;
}

/** XEP-0004 section 3.3: `1` and `true` are true. */
export function isTrue(values: readonly string[] | undefined): boolean {
  return values?.[0] === '1' || values?.[0] === 'true';
}

/** XEP-0004 section 3.4: a form of type `result` with a row for each item. Values a row does not have are left out. */
export function tableElement(
  formType: string,
  columns: readonly Field[],
  rows: readonly Readonly<Record<string, string>>[],
): Element {
  return el(
    'x',
    NS_FORM,
    { type: 'result' },
    fieldElement({ name: 'FORM_TYPE', type: 'hidden', values: [formType] }),
    el('reported', NS_FORM, undefined, columns.map(fieldElement)),
    rows.map((row) =>
      el(
        'item',
        NS_FORM,
        undefined,
        columns.flatMap(({ name }) => (row[name] ? [fieldElement({ name, values: [row[name]] })] : [])),
      ),
    ),
  );
}
