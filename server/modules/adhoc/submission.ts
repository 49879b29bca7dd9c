/** Whether a submitted form has what was asked for (XEP-0004 section 3.3). */
import { parseJid } from '../../jid/jid.ts';
import type { FormValues } from '../../modulehost/commands.ts';
import type { Field, FieldType, Form } from '../../stanza/form.ts';

const SEVERAL: ReadonlySet<FieldType> = new Set(['jid-multi', 'list-multi', 'text-multi']);
const BOOLEANS: ReadonlySet<string> = new Set(['0', '1', 'false', 'true']);

/** Why the values cannot be taken, as a sentence; undefined when they can. */
export function findFault(form: Form, values: FormValues): string | undefined {
  const formType = values.get('FORM_TYPE')?.[0];
  if (formType !== undefined && formType !== form.formType) return 'This form answers another question.';
  for (const field of form.fields) {
    const given = (values.get(field.name) ?? []).filter((value) => value !== '');
    const fault = given.length === 0 ? field.isRequired && 'must be filled in' : faultOf(field, given);
    if (fault) return `“${field.label ?? field.name}” ${fault}.`;
  }
  return undefined;
}

function faultOf({ type = 'text-single', options }: Field, given: readonly string[]): string | undefined {
  if (given.length > 1 && !SEVERAL.has(type)) return 'takes one value';
  switch (type) {
    case 'boolean':
      return given.every((value) => BOOLEANS.has(value)) ? undefined : 'is either true or false';
    case 'jid-single':
    case 'jid-multi':
      return given.every((value) => parseJid(value) !== undefined)
        ? undefined
        : 'takes addresses such as ann@example.org';
    case 'list-single':
    case 'list-multi':
      return given.every((value) => options?.some((option) => option.value === value))
        ? undefined
        : 'takes what is in its list';
    default:
      return undefined;
  }
}
