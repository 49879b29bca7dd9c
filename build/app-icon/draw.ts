/**
 * Draws the icons of the installed app from the window's logo: PNGs and the drawing for Linux, one .ico, one .icns. They
 * are kept in the repository; run `node build/app-icon/draw.ts` after the logo has changed. Needs `rsvg-convert`
 * (Debian: librsvg2-bin). The pictures that the running app shows are drawn by `build/icons.ts`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packIco } from '../ico-file.ts';

const LINUX_SIDES = [16, 24, 32, 48, 64, 128, 256, 512];
const ICO_SIDES = [16, 24, 32, 48, 64, 128, 256];
/** Apple's type codes for PNG data of a side in pixels (the @2x ones of half the side stand beside). */
const ICNS_TYPES: readonly (readonly [type: string, side: number])[] = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
];
const LOGO_SIDE = 32;

const here = import.meta.dirname;
const logo = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(join(here, '../../renderer/logo.svg'), 'utf8'))?.[1];
if (logo === undefined) throw new Error('renderer/logo.svg holds no drawing');

/** The logo alone; macOS wants it on a tile of a fixed size and roundness within its canvas. */
const plain = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LOGO_SIDE} ${LOGO_SIDE}"><title>Snug</title>${logo}</svg>\n`;
const onTile = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">
<rect x="100" y="100" width="824" height="824" rx="185" fill="#fff6ee"/>
<g transform="translate(232 232) scale(${560 / LOGO_SIDE})">${logo}</g></svg>\n`;

function toPng(svg: string, side: number): Buffer {
  return execFileSync('rsvg-convert', ['--width', String(side), '--height', String(side)], { input: svg });
}

/** Apple's container: chunks of type, length with its own eight bytes, PNG. */
function toIcns(images: readonly (readonly [type: string, png: Buffer])[]): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
    head.writeUInt32BE(8 + content.length, 4);
    return Buffer.concat([head, content]);
  };
  return chunk('icns', Buffer.concat(images.map(([type, png]) => chunk(type, png))));
}

mkdirSync(join(here, 'linux'), { recursive: true });
for (const side of LINUX_SIDES) writeFileSync(join(here, `linux/${side}x${side}.png`), toPng(plain, side));
writeFileSync(join(here, 'snug.svg'), plain);
writeFileSync(join(here, 'snug.ico'), packIco(ICO_SIDES.map((side) => ({ side, png: toPng(plain, side) }))));
writeFileSync(join(here, 'snug.icns'), toIcns(ICNS_TYPES.map(([type, side]) => [type, toPng(onTile, side)])));
