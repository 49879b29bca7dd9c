/** Fetching Electron, with scripts in the place of Electron's own. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fetchElectron } from '../../build/fetch-electron.ts';

async function fetchWith(code: string, limits: { firstByteMs?: number; stallMs?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'snug-fetch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const script = join(folder, 'install.cjs');
  writeFileSync(
    script,
    `const fs = require('node:fs'), os = require('node:os'), path = require('node:path');\n${code}`,
  );
  let printed = '';
  const fault = await fetchElectron({
    script,
    version: '45.0.0',
    environment: { ...process.env, NOTES: join(folder, 'notes') },
    print: (text) => {
      printed += text;
    },
    isTerminal: false,
    ...limits,
  });
  return { fault, printed, notes: () => readFileSync(join(folder, 'notes'), 'utf8') };
}

const FILE = `path.join(os.tmpdir(), 'electron.zip')`;

describe('fetching Electron', () => {
  test('shows how far it is, and leaves no temporary files', async () => {
    const { fault, printed, notes } = await fetchWith(
      `fs.writeFileSync(process.env.NOTES, os.tmpdir());
       fs.writeFileSync(${FILE}, Buffer.alloc(25_000_000));
       setTimeout(() => {}, 1_200);`,
    );
    expect(fault).toBeUndefined();
    expect(printed).toContain('Electron 45.0.0');
    expect(printed).toContain('  25 MB\n');
    expect(existsSync(notes())).toBe(false);
  });

  test.each([
    ['throw new TypeError("fetch failed");', 'its download cannot be reached from here'],
    [
      'console.error("Error: Response code 404 (Not Found)\\n    at x"); process.exit(1);',
      'Error: Response code 404 (Not Found)',
    ],
    ['process.exit(1);', 'for an unknown reason'],
  ])('says why it did not work: %s', async (code, cause) => {
    const { fault } = await fetchWith(code);
    expect(fault).toBe(`Electron could not be fetched (${cause})`);
  });

  test('gives up where nothing comes', async () => {
    const { fault } = await fetchWith('setTimeout(() => {}, 60_000);', { firstByteMs: 100 });
    expect(fault).toBe('Electron could not be fetched (the network does not answer)');
  });

  test('gives up where nothing more comes', async () => {
    const { fault } = await fetchWith(`fs.writeFileSync(${FILE}, 'half'); setTimeout(() => {}, 60_000);`, {
      firstByteMs: 60_000,
      stallMs: 100,
    });
    expect(fault).toBe('Electron could not be fetched (the network does not answer)');
  });
});
