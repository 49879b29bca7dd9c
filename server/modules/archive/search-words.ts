/**
 * What people type into a search field, as an expression of FTS5. Nothing that is typed can be part of its syntax: each
 * word becomes a string in quotes. All words must occur, each as the beginning of a word, since people stop typing once
 * they see what they look for; what stands in quotes must occur as it stands.
 */

/** More words than anybody types; each costs a walk through the index, as long as a tenth of a second for a short one. */
const MAX_WORDS = 16;
const MAX_LENGTH = 1_000;

/** Scripts that are written without spaces. The tokenizer would take a whole sentence of them for one word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;
const HAS_UNSPACED = /[\u0E00-\u0EFF\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF\uD840-\uD88F]/;
const WORD = /[\p{L}\p{N}\p{Co}]/u;
const PIECES = /"([^"]*)"?|([^\s"]+)/gu;

/** Text as the index takes it: each sign of a script without spaces is a word. */
export function spellForIndex(text: string): string {
  return HAS_UNSPACED.test(text) ? text.replace(UNSPACED, ' $& ') : text;
}

/** One word that stands for an archive, so that a search need not look at what others wrote. */
export function ownerWord(owner: string): string {
  return `o${Buffer.from(owner).toString('hex')}`;
}

/**
 * The expression for `typed` in the archive of `owner`; `nothing` when it has no letter and no digit, which no message can match;
 * undefined when it is too long.
 */
export function readWords(typed: string, owner: string): { readonly expression: string } | 'nothing' | undefined {
  if (typed.length > MAX_LENGTH) return undefined;
  const phrases = new Set<string>();
  for (const [, quoted, bare] of typed.matchAll(PIECES)) {
    const piece = quoted ?? bare ?? '';
    if (!WORD.test(piece)) continue;
    phrases.add(quoted === undefined ? `"${spellForIndex(piece)}"*` : `"${spellForIndex(piece)}"`);
  }
  if (phrases.size > MAX_WORDS) return undefined;
  if (phrases.size === 0) return 'nothing';
  return { expression: `owner : ${ownerWord(owner)} AND text : (${[...phrases].join(' AND ')})` };
}
