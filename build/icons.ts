/**
 * Draws the pictures that the running app shows, from `build/icons/snug.svg`: the tray's in each state for each system,
 * and the window's from its logo. They are kept in the repository, so that only who changes a drawing needs
 * `rsvg-convert` (Debian: librsvg2-bin). The icons of the installed app are drawn by `build/app-icon/draw.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packIco } from './ico-file.ts';

const FOLDER = join(import.meta.dirname, 'icons');
const STATES = ['needs-setup', 'starting', 'running', 'running-with-problem', 'stopped', 'failed'] as const;

/** Sides in pixels: what Windows takes at 100, 125, 150, 200 and 300 %. */
const ICO_SIDES = [16, 20, 24, 32, 48];
/** Panels on Linux are 22 to 24 pixels high; the menu bar of macOS leaves 18 of its 22 points. */
const LINUX_SIDE = 24;
const MACOS_SIDE = 18;
/** The largest that a window's switcher shows. */
const WINDOW_SIDE = 256;

const drawing = readFileSync(join(FOLDER, 'snug.svg'), 'utf8');
const logo = readFileSync(join(import.meta.dirname, '../renderer/logo.svg'), 'utf8');

const inState = (classes: string): string => drawing.replace('class=""', `class="${classes}"`);

function draw(input: string, side: number): Buffer {
  const size = ['--width', String(side), '--height', String(side)];
  const { status, stdout, stderr, error } = spawnSync('rsvg-convert', size, { input, maxBuffer: 16 * 1024 * 1024 });
  if (error !== undefined) throw new Error(`rsvg-convert could not be run (${error.message}).`);
  if (status !== 0) throw new Error(`rsvg-convert failed: ${stderr}`);
  return stdout;
}

function write(path: string, bytes: Buffer): void {
  writeFileSync(join(FOLDER, path), bytes);
}

rmSync(join(FOLDER, 'tray'), { recursive: true, force: true });
mkdirSync(join(FOLDER, 'tray'));
write('window.png', draw(logo, WINDOW_SIDE));
for (const state of STATES) {
  const coloured = inState(state);
  const template = inState(`${state} template`);
  write(`tray/${state}.png`, draw(coloured, LINUX_SIDE));
  write(`tray/${state}@2x.png`, draw(coloured, LINUX_SIDE * 2));
  write(`tray/${state}.ico`, packIco(ICO_SIDES.map((side) => ({ side, png: draw(coloured, side) }))));
  write(`tray/${state}Template.png`, draw(template, MACOS_SIDE));
  write(`tray/${state}Template@2x.png`, draw(template, MACOS_SIDE * 2));
}
