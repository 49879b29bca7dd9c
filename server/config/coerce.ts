/** Reads the text behind `--set KEY=` as the kind of value that the setting wants. */
import type { JsonSchema } from './setting.ts';

const TRUE_WORDS = new Set(['true', 'yes', 'on', '1']);
const FALSE_WORDS = new Set(['false', 'no', 'off', '0']);
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/**
 * What `text` may mean for a setting of this kind, the likeliest first. The setting's own schema has the last word;
 * a text that fits no kind comes back as it is, so that the error shows what was typed.
 */
export function readingsOf(text: string, schema: JsonSchema): readonly unknown[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((alternative) => readingsOf(text, alternative));
  const word = text.trim().toLowerCase();
  switch (schema.type) {
    case 'boolean':
      if (TRUE_WORDS.has(word)) return [true];
      return FALSE_WORDS.has(word) ? [false] : [text];
    case 'integer':
    case 'number':
      return NUMBER.test(word) ? [Number(word)] : [text];
    case 'array':
      return [listOf(text, schema.items ?? {})];
    case 'object':
      return [parsedJson(text)];
    default:
      return [text];
  }
}

function listOf(text: string, items: JsonSchema): readonly unknown[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => readingsOf(part, items)[0]);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
