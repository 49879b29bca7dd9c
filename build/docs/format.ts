/** The last touch on every generated page: one line end, no trailing spaces. */
export function format(text: string): string {
  return `${text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
