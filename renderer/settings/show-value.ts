/** A setting's value in a few words, for "Default: …": a choice as the control calls it. */
import { formatBytes, formatDuration } from '../format.ts';
import { texts } from '../texts.ts';

const words = texts.settings;

export function showValue(key: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? words.on : words.off;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string')
    return value === '' ? words.empty : (words.options[`${key}.${value}`] ?? words.words[value] ?? value);
  if (Array.isArray(value))
    return value.length === 0 ? words.empty : value.map((entry) => showValue(key, entry)).join(', ');
  return JSON.stringify(value) ?? words.empty;
}

/** What a bare number means, where its key names the unit: `262144` bytes are `256 KB`. Undefined where nothing is gained. */
export function explainNumber(key: string, value: number): string | undefined {
  if (/bytes/i.test(key)) return value < 1024 ? undefined : formatBytes(value);
  if (/seconds$/i.test(key)) return value < 60 ? undefined : formatDuration(value * 1000);
  return undefined;
}
