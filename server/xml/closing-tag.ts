/**
 * The name in the closing tag that was just read. The tokenizer reports an element as ended before it compares that name
 * with the one of the opening tag; whoever passes a stanza on at once has to know earlier.
 */

const TRAILING_WHITESPACE = /[ \t\r\n]+$/;
/** A piece of text ends like this when a closing tag was cut. */
const CUT_CLOSING_TAG = /^<(\/[^>]*)?$/;

export class ClosingTag {
  #piece = '';
  /** The beginning of a closing tag in the pieces before this one. */
  #cut = '';

  /** The text that is read next. */
  see(piece: string): void {
    this.#piece = piece;
  }

  /** That text was read to its end. */
  keepCut(): void {
    const piece = this.#piece;
    const start = piece.lastIndexOf('<');
    if (start !== -1) this.#cut = CUT_CLOSING_TAG.test(piece.slice(start)) ? piece.slice(start) : '';
    else if (this.#cut !== '') this.#cut += piece;
  }

  /** The name in the closing tag whose `>` stands before `end` in the text. */
  nameBefore(end: number): string {
    const start = this.#piece.lastIndexOf('<', end - 1);
    const tag = start === -1 ? this.#cut + this.#piece.slice(0, end) : this.#piece.slice(start, end);
    this.#cut = '';
    return tag.slice('</'.length, -1).replace(TRAILING_WHITESPACE, '');
  }
}
