/** QR codes in a terminal, read back module by module and compared with the symbol that belongs to the text. */
import { create } from 'qrcode';
import { describe, expect, test } from 'vitest';
import { drawQrCode } from '../../server/cli/qr-code.ts';

const LINK = 'http://192.168.1.5:5280/join#0123456789abcdef0123456789abcdef';
const QUIET_ZONE = 4;
const BLACK_ON_WHITE = '\u001b[38;5;16;48;5;231m';
const PLAIN = '\u001b[0m';

/** `#` for each dark module, the quiet zone included. */
function wanted(): readonly string[] {
  const { modules } = create(LINK, { errorCorrectionLevel: 'M' });
  const size = modules.size + 2 * QUIET_ZONE;
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => {
      const [row, column] = [y - QUIET_ZONE, x - QUIET_ZONE];
      const isInside = row >= 0 && column >= 0 && row < modules.size && column < modules.size;
      return isInside && modules.get(row, column) !== 0 ? '#' : '.';
    }).join(''),
  );
}

function draw(environment: Record<string, string>, platform: NodeJS.Platform = 'linux'): readonly string[] {
  return drawQrCode(LINK, { environment, platform }).split('\n');
}

/** Half blocks as rows of modules; `ink` is what a block stands for. */
function unfold(lines: readonly string[], ink: '#' | '.'): readonly string[] {
  const ground = ink === '#' ? '.' : '#';
  const upper = (line: string) => [...line].map((c) => ('█▀'.includes(c) ? ink : ground)).join('');
  const lower = (line: string) => [...line].map((c) => ('█▄'.includes(c) ? ink : ground)).join('');
  return lines.flatMap((line) => [upper(line), lower(line)]).slice(0, wanted().length);
}

describe('a QR code in a terminal', () => {
  test('is black on white, whatever the colours of the terminal are', () => {
    const lines = draw({ LANG: 'en_GB.UTF-8' });
    const inside = lines.map((line) => {
      expect(line.startsWith(BLACK_ON_WHITE)).toBe(true);
      expect(line.endsWith(PLAIN)).toBe(true);
      return line.slice(BLACK_ON_WHITE.length, -PLAIN.length);
    });
    expect(unfold(inside, '#')).toEqual(wanted());
    expect(inside[0]?.length).toBeLessThan(80);
  });

  test('is drawn with backgrounds where the terminal has no Unicode', () => {
    const rows = draw({ LANG: 'C', TERM: 'xterm' }).map((line) =>
      line.replaceAll('\u001b[48;5;16m  ', '#').replaceAll('\u001b[48;5;231m  ', '.').replace('\u001b[0m', ''),
    );
    expect(rows).toEqual(wanted());
  });

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('writes what is light where there are no colours: %j', (given) => {
    expect(unfold(draw({ LC_ALL: 'de_DE.utf8', ...given }), '.')).toEqual(wanted());
  });

  test('is plain ASCII where there is nothing else', () => {
    const lines = draw({ NO_COLOR: '1' });
    expect(lines.join('\n')).toMatch(/^[# \n]+$/);
    expect(lines.map((line) => line.replaceAll('##', '.').replaceAll('  ', '#'))).toEqual(wanted());
  });

  test('has Unicode on Windows and macOS, which have no locale', () => {
    expect(draw({}, 'win32').join('')).toContain('█');
    expect(draw({}, 'darwin').join('')).toContain('█');
    expect(draw({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }).join('')).not.toContain('█');
  });
});
