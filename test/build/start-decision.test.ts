import { describe, expect, test } from 'vitest';
import { decideStart, headlessLine, type StartFacts } from '../../build/start-decision.ts';

const decide = (facts: Partial<StartFacts>) =>
  decideStart({
    platform: 'linux',
    environment: { DISPLAY: ':0' },
    words: [],
    isRoot: false,
    isElectronThere: true,
    ...facts,
  });

describe('how Snug is started', () => {
  test('as the desktop app where Electron and a display are there', () => {
    expect(decide({})).toEqual({ kind: 'desktop' });
    expect(decide({ environment: { WAYLAND_DISPLAY: 'wayland-0' } })).toEqual({ kind: 'desktop' });
    expect(decide({ words: ['--hidden'] })).toEqual({ kind: 'desktop' });
    for (const platform of ['win32', 'darwin'] as const) {
      expect(decide({ platform, environment: {}, isRoot: platform === 'darwin' })).toEqual({ kind: 'desktop' });
    }
  });

  test('after Electron has been fetched where only that is missing', () => {
    expect(decide({ isElectronThere: false })).toEqual({ kind: 'fetch' });
  });

  test.each([
    ['without a display', { environment: {}, isElectronThere: false }, 'this computer has no display'],
    ['with an empty display', { environment: { DISPLAY: '' } }, 'this computer has no display'],
    ['as root', { isRoot: true, isElectronThere: false }, 'desktop apps do not run as root'],
    ['with options', { words: ['--data', '/srv'] }, 'the options given are for the server alone'],
    ['where it is asked for', { environment: { DISPLAY: ':0', SNUG_HEADLESS: '1' } }, 'SNUG_HEADLESS is set'],
  ] as const)('as a server in the terminal %s, and nothing is fetched', (_name, facts, reason) => {
    expect(decide(facts)).toEqual({ kind: 'headless', reason });
  });

  test('says why in one line', () => {
    expect(headlessLine('this computer has no display')).toBe(
      'Starting without the desktop app, because this computer has no display; its window opens in a browser instead.\n',
    );
  });
});
