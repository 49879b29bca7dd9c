/** A QR code as an SVG path, so that the content security policy needs to allow no image of unknown origin. */
import { create } from 'qrcode';

/** ISO/IEC 18004 section 9.1: so many light modules belong around the symbol. */
const QUIET_ZONE = 4;

export interface QrPath {
  /** Of each side, the quiet zone included; one unit is one module. */
  readonly size: number;
  /** What is dark. */
  readonly path: string;
}

export function qrPath(text: string): QrPath {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const runs: string[] = [];
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column) === 0) continue;
      const begin = column;
      while (column + 1 < modules.size && modules.get(row, column + 1) !== 0) column += 1;
      const length = column + 1 - begin;
      runs.push(`M${begin + QUIET_ZONE} ${row + QUIET_ZONE}h${length}v1h-${length}z`);
    }
  }
  return { size: modules.size + 2 * QUIET_ZONE, path: runs.join('') };
}
