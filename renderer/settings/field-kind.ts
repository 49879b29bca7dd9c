/** Which control a setting gets, read from its JSON Schema. What is not understood is edited as JSON, never hidden. */

export type FieldKind =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | {
      readonly kind: 'number';
      readonly min: number | undefined;
      readonly max: number | undefined;
      readonly isWhole: boolean;
      /** The one word that may stand in the number's place, such as `off`. */
      readonly word: string | undefined;
    }
  | { readonly kind: 'text'; readonly hint: string | undefined; readonly maxLength: number | undefined }
  /** Told to nobody; its form does not matter. */
  | { readonly kind: 'secret' }
  | { readonly kind: 'list'; readonly hint: string | undefined }
  | { readonly kind: 'json' };

type Schema = Readonly<Record<string, unknown>>;

export function fieldKindOf(given: unknown): FieldKind {
  const schema = asSchema(given);
  if (schema === undefined) return { kind: 'json' };
  if (schema.type === 'boolean') return { kind: 'switch' };
  const options = wordsOf(schema);
  if (options !== undefined) return { kind: 'choice', options };
  if (Array.isArray(schema.anyOf)) return unionKind(schema.anyOf.map(asSchema));
  if (schema.type === 'integer' || schema.type === 'number') return numberKind(schema, undefined);
  if (schema.type === 'string') {
    return { kind: 'text', hint: textOf(schema.description), maxLength: numberOf(schema.maxLength) };
  }
  if (schema.type === 'array') {
    const items = asSchema(schema.items);
    if (items?.type === 'string') return { kind: 'list', hint: textOf(items.description) };
  }
  return { kind: 'json' };
}

function unionKind(members: readonly (Schema | undefined)[]): FieldKind {
  const words = members.map((member) => (member === undefined ? undefined : wordsOf(member)));
  if (words.every((some) => some !== undefined)) return { kind: 'choice', options: words.flat() };
  const [number, ...otherNumbers] = members.filter((_, index) => words[index] === undefined);
  const [word, ...otherWords] = words.flatMap((some) => some ?? []);
  const isNumber = number?.type === 'integer' || number?.type === 'number';
  if (number === undefined || !isNumber || otherNumbers.length > 0 || otherWords.length > 0) return { kind: 'json' };
  return numberKind(number, word);
}

/** Zod bounds every integer by what a double can hold; that bound means nothing to people. */
function numberKind(schema: Schema, word: string | undefined): FieldKind {
  const min = numberOf(schema.minimum);
  const max = numberOf(schema.maximum);
  return {
    kind: 'number',
    min: min === undefined || min <= Number.MIN_SAFE_INTEGER ? undefined : min,
    max: max === undefined || max >= Number.MAX_SAFE_INTEGER ? undefined : max,
    isWhole: schema.type === 'integer',
    word,
  };
}

function wordsOf(schema: Schema): readonly string[] | undefined {
  if (typeof schema.const === 'string') return [schema.const];
  const words = schema.enum;
  return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
}

function asSchema(given: unknown): Schema | undefined {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Schema) : undefined;
}

function textOf(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

function numberOf(given: unknown): number | undefined {
  return typeof given === 'number' ? given : undefined;
}
