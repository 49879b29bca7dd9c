/** A QR code in a terminal: black on white whatever the terminal's own colours are, because not every camera reads others. */
import { create } from 'qrcode';
import type { Terminal } from './terminal.ts';

/** ISO/IEC 18004 section 9.1: so many light modules belong around the symbol. */
const QUIET_ZONE = 4;
/** Of the 256 colours, where themes change the first 16. */
const BLACK_ON_WHITE = '\u001b[38;5;16;48;5;231m';
const ON_BLACK = '\u001b[48;5;16m';
const ON_WHITE = '\u001b[48;5;231m';
const PLAIN = '\u001b[0m';
const UTF8_LOCALE = /utf-?8/i;

/** Without a line end at its end. */
export function drawQrCode(text: string, terminal: Pick<Terminal, 'environment' | 'platform'>): string {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const size = modules.size + 2 * QUIET_ZONE;
  const isDark = (row: number, column: number): boolean => {
    const [y, x] = [row - QUIET_ZONE, column - QUIET_ZONE];
    return y >= 0 && x >= 0 && y < modules.size && x < modules.size && modules.get(y, x) !== 0;
  };
  const hasColours = readsColours(terminal);
  const draw = readsUnicode(terminal) ? (hasColours ? blackHalves : lightHalves) : hasColours ? blocks : lightHashes;
  return draw(size, isDark).join('\n');
}

type Draw = (size: number, isDark: (row: number, column: number) => boolean) => readonly string[];

/** Two rows in one line. */
const blackHalves: Draw = (size, isDark) => halves(size, isDark).map((line) => `${BLACK_ON_WHITE}${line}${PLAIN}`);

/** What is light is written, as terminals without colours are light on dark more often than not. */
const lightHalves: Draw = (size, isDark) => halves(size, (row, column) => row < size && !isDark(row, column));

const blocks: Draw = (size, isDark) =>
  rows(size, (row) => `${columns(size, (column) => `${isDark(row, column) ? ON_BLACK : ON_WHITE}  `)}${PLAIN}`);

const lightHashes: Draw = (size, isDark) =>
  rows(size, (row) => columns(size, (column) => (isDark(row, column) ? '  ' : '##')));

function halves(size: number, isFilled: (row: number, column: number) => boolean): readonly string[] {
  return rows(Math.ceil(size / 2), (pair) =>
    columns(size, (column) => {
      const [upper, lower] = [isFilled(2 * pair, column), isFilled(2 * pair + 1, column)];
      if (upper) return lower ? '█' : '▀';
      return lower ? '▄' : ' ';
    }),
  );
}

function rows(count: number, row: (index: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => row(index));
}

function columns(count: number, cell: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => cell(index)).join('');
}

/** Windows and macOS write Unicode whatever the locale says; elsewhere the first that is set counts (POSIX, 8.2). */
function readsUnicode({ environment, platform }: Pick<Terminal, 'environment' | 'platform'>): boolean {
  if (platform === 'win32' || platform === 'darwin') return true;
  return UTF8_LOCALE.test(environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '');
}

/** NO_COLOR is what people set who want none (no-color.org). */
function readsColours({ environment }: Pick<Terminal, 'environment'>): boolean {
  return !environment.NO_COLOR && environment.TERM !== 'dumb';
}
