/** The desktop file that starts the app at login on Linux (freedesktop.org: Desktop Application Autostart, 0.5). */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { HIDDEN_FLAG } from './command-line.ts';
import { texts } from './texts.ts';

const FILE_NAME = 'snug.desktop';
/** Tells our own entry from one that the user wrote under the same name. */
const OUR_MARK = 'X-Snug-Autostart=true';

export interface DesktopFileFacts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** Program and words that start the app as it was started now. */
  readonly command: readonly string[];
}

export function isDesktopFileOn(facts: DesktopFileFacts): boolean {
  const text = read(facts);
  // Desktops switch entries off with these keys rather than remove them.
  return text !== undefined && !hasKey(text, 'Hidden', 'true') && !hasKey(text, 'X-GNOME-Autostart-enabled', 'false');
}

/** @throws the file system's error */
export function writeDesktopFile(facts: DesktopFileFacts): void {
  const text = read(facts);
  if (text !== undefined && !text.includes(OUR_MARK)) {
    throw new Error(`${pathOf(facts)} was not written by ${texts.product}; it stays as it is.`);
  }
  mkdirSync(posix.dirname(pathOf(facts)), { recursive: true });
  writeFileSync(pathOf(facts), entryText(facts));
}

/** @throws the file system's error */
export function removeDesktopFile(facts: DesktopFileFacts): void {
  if (read(facts)?.includes(OUR_MARK) === true) rmSync(pathOf(facts), { force: true });
}

function entryText({ command, environment }: DesktopFileFacts): string {
  // An AppImage is mounted anew at each start: its own path lasts, the one inside does not.
  const words = environment.APPIMAGE === undefined ? command : [environment.APPIMAGE];
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${texts.product}`,
    `Exec=${[...words, HIDDEN_FLAG].map(quote).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    OUR_MARK,
    '',
  ].join('\n');
}

/**
 * Desktop Entry Specification, “The Exec key”: inside quotes ", `, $ and \ are escaped; % is doubled; and the value as
 * a whole is a string, in which every \ is doubled again.
 */
function quote(word: string): string {
  const escaped = word.replaceAll(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  return `"${escaped}"`.replaceAll('\\', '\\\\');
}

function pathOf({ environment, homeDirectory }: DesktopFileFacts): string {
  const given = environment.XDG_CONFIG_HOME;
  const config = given !== undefined && posix.isAbsolute(given) ? given : posix.join(homeDirectory, '.config');
  return posix.join(config, 'autostart', FILE_NAME);
}

function read(facts: DesktopFileFacts): string | undefined {
  try {
    return readFileSync(pathOf(facts), 'utf8');
  } catch {
    return undefined;
  }
}

function hasKey(text: string, key: string, value: string): boolean {
  return text.split('\n').some((line) => {
    const [name = '', ...rest] = line.split('=');
    return name.trim() === key && rest.join('=').trim().toLowerCase() === value;
  });
}
