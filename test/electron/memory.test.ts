import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDesktopLog } from '../../electron/desktop-log.ts';
import { Memory } from '../../electron/memory.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'snug-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('what the shell remembers', () => {
  test('is there the next time', () => {
    const path = join(freshFolder(), 'desktop', 'remembered.json');
    const memory = new Memory(path);
    expect(memory.values).toEqual({});
    memory.remember({ window: { width: 900, height: 700, isMaximized: true } });
    memory.remember({ closeWithoutTray: 'keep' });
    expect(new Memory(path).values).toEqual({
      window: { width: 900, height: 700, isMaximized: true },
      closeWithoutTray: 'keep',
    });
  });

  test.each([
    ['{', {}],
    ['[]', {}],
    [
      '{"window":{"width":-5,"height":1e9,"isMaximized":false},"closeWithoutTray":"quit"}',
      { closeWithoutTray: 'quit' },
    ],
    ['{"closeWithoutTray":"explode"}', {}],
  ])('is forgotten where the file holds nonsense: %s', (text, expected) => {
    const path = join(freshFolder(), 'remembered.json');
    writeFileSync(path, text);
    const { window, closeWithoutTray } = new Memory(path).values;
    expect({ ...(window && { window }), ...(closeWithoutTray && { closeWithoutTray }) }).toEqual(expected);
  });

  test('lasts for this run where nothing can be written', () => {
    const path = join(freshFolder(), 'remembered.json');
    mkdirSync(path);
    const memory = new Memory(path);
    memory.remember({ closeWithoutTray: 'keep' });
    expect(memory.values.closeWithoutTray).toBe('keep');
  });
});

describe('the log of the shell', () => {
  test('is for the owner alone, and keeps one old file', () => {
    const folder = freshFolder();
    const path = join(folder, 'logs', 'desktop.log');
    const log = createDesktopLog(path, () => 0);
    log.info({ answer: 42 }, 'first');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    log.warn({ filler: 'x'.repeat(1_000_000) }, 'long');
    log.error({}, 'next');
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['desktop.log', 'desktop.log.1']);
    expect(statSync(path).size).toBeLessThan(200);
  });

  test('throws nothing when it cannot write', () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'desktop.log'));
    expect(() => createDesktopLog(join(folder, 'desktop.log'), () => 0).info({}, 'lost')).not.toThrow();
  });
});
