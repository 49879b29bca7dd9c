/** Says in words what a setting allows, from its JSON Schema, so that an error and the manual never disagree with the code. */
import type { JsonSchema } from './setting.ts';

/** A phrase that fits behind "allowed is", such as `a whole number from 0 to 65535, or the word off`. */
export function allowedPhrase(schema: JsonSchema): string {
  if (schema.description !== undefined) return schema.description;
  if (schema.anyOf !== undefined) return schema.anyOf.map(allowedPhrase).join(', or ');
  if (schema.const !== undefined) return wordPhrase(schema.const);
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`;
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${rangePhrase(schema)}`;
    case 'number':
      return `a number${rangePhrase(schema)}`;
    case 'array':
      return schema.items === undefined ? 'a list' : `a list, each entry ${allowedPhrase(schema.items)}`;
    case 'string':
      return `a text${lengthPhrase(schema)}`;
    default:
      return 'a value that the setting understands';
  }
}

function wordPhrase(value: unknown): string {
  return typeof value === 'string' ? `the word ${value}` : String(value);
}

/** Zod bounds every integer by what a double can hold; that bound means nothing to people. */
function rangePhrase({ minimum, maximum }: JsonSchema): string {
  const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  if (high !== undefined) return ` of at most ${high}`;
  return '';
}

function lengthPhrase({ minLength, maxLength }: JsonSchema): string {
  if (minLength !== undefined && maxLength !== undefined) return ` of ${minLength} to ${maxLength} characters`;
  if (minLength !== undefined) return ` of at least ${minLength} characters`;
  if (maxLength !== undefined) return ` of at most ${maxLength} characters`;
  return '';
}
