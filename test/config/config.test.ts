import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Config } from '../../server/config/config.ts';
import { ConfigError } from '../../server/config/config-error.ts';
import { setting } from '../../server/config/setting.ts';

const pond = {
  depth: setting(z.int().min(1).max(9), 3, 'How deep the pond is, in metres.'),
  frozen: setting(z.boolean(), false, 'Whether the pond is frozen.'),
  fish: setting(z.array(z.enum(['carp', 'pike'])), [], 'The fish in the pond.'),
  door: setting(z.union([z.int().min(0).max(99), z.literal('off')]), 7, 'The number of the door.', {
    appliesOnRestart: true,
  }),
  name: setting(z.string(), 'unnamed', 'What the pond is called.'),
};
const groups = { pond };

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-config-'));
  path = join(directory, 'settings.json');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function load(file?: unknown, overrides: readonly string[] = []): Config {
  if (file !== undefined) writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  return Config.load({ path, groups, overrides });
}

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('no problem was found');
}

describe('values', () => {
  test('without a file every setting has its default', () => {
    const values = load().group('pond', pond);
    expect({ ...values }).toEqual({ depth: 3, frozen: false, fish: [], door: 7, name: 'unnamed' });
  });

  test('the file wins over the default, and an override over the file', () => {
    const config = load({ 'pond.depth': 4, 'pond.frozen': true }, ['pond.depth=5']);
    expect(config.get('pond.depth')).toBe(5);
    expect(config.get('pond.frozen')).toBe(true);
  });

  test('a file that begins with a byte order mark is read', () => {
    expect(load('\uFEFF{"pond.depth": 4}').get('pond.depth')).toBe(4);
  });

  test('a group that was not loaded is a bug and not a set of defaults', () => {
    expect(() => load().group('lake', pond)).toThrow('lake');
  });
});

describe('overrides are read as the kind of value that the setting has', () => {
  test.each([
    ['pond.frozen=yes', true],
    ['pond.frozen=ON', true],
    ['pond.frozen=false', false],
    ['pond.frozen=off', false],
    ['pond.depth=9', 9],
    ['pond.fish=carp, pike', ['carp', 'pike']],
    ['pond.fish=', []],
    ['pond.door=12', 12],
    ['pond.door=off', 'off'],
    ['pond.name=12', '12'],
    ['pond.name=a=b', 'a=b'],
    ['pond.name=', ''],
  ])('%s', (override, expected) => {
    const key = override.slice(0, override.indexOf('='));
    expect(load(undefined, [override]).get(key)).toEqual(expected);
  });
});

describe('problems are sentences', () => {
  test('a bad value in the file names the file, the key, what was given and what is allowed', () => {
    expect(problemsOf(() => load({ 'pond.depth': 70 }))).toEqual([
      `${path}: pond.depth is 70, but allowed is a whole number from 1 to 9.`,
    ]);
  });

  test('a bad override shows the text as it was typed', () => {
    expect(problemsOf(() => load(undefined, ['pond.door=open']))).toEqual([
      '--set: pond.door is "open", but allowed is a whole number from 0 to 99, or the word off.',
    ]);
    expect(problemsOf(() => load(undefined, ['pond.fish=carp,cat']))).toEqual([
      '--set: pond.fish is "carp,cat", but allowed is a list, each entry one of carp, pike.',
    ]);
    expect(problemsOf(() => load(undefined, ['pond.frozen=maybe']))).toEqual([
      '--set: pond.frozen is "maybe", but allowed is true or false.',
    ]);
  });

  test('an unknown key is answered with the nearest one', () => {
    expect(problemsOf(() => load({ 'pond.deph': 4 }))).toEqual([
      `${path}: there is no setting called "pond.deph"; did you mean pond.depth?`,
    ]);
    expect(problemsOf(() => load({}, ['frozen=true']))).toEqual([
      '--set: there is no setting called "frozen"; did you mean pond.frozen?',
    ]);
  });

  test('an unknown key that is like none is not answered with a guess', () => {
    expect(problemsOf(() => load({ 'mountain.height': 4 }))).toEqual([
      `${path}: there is no setting called "mountain.height"; docs/settings.md lists all settings.`,
    ]);
  });

  test('an override without a value is told the form', () => {
    for (const override of ['pond.depth', '=4']) {
      expect(problemsOf(() => load(undefined, [override]))).toEqual([
        `--set: "${override}" is not of the form KEY=VALUE, such as c2s.port=5222.`,
      ]);
    }
  });

  test('all problems of file and overrides are told at once', () => {
    const problems = problemsOf(() => load({ 'pond.depth': 0, 'pond.depht': 1, 'pond.frozen': 'x' }, ['pond.door=-1']));
    expect(problems).toHaveLength(4);
    expect(new ConfigError(problems).message.split('\n')).toHaveLength(4);
  });

  test('a file that is not JSON, not an object or not readable is named', () => {
    expect(problemsOf(() => load('{"pond.depth": 4,'))[0]).toMatch(
      /settings\.json: the file is not valid JSON \(.+\)\.$/,
    );
    expect(problemsOf(() => load([]))[0]).toContain('must hold one JSON object');
    expect(problemsOf(() => load('null'))[0]).toContain('must hold one JSON object');
    expect(problemsOf(() => Config.load({ path: directory, groups, overrides: [] }))[0]).toContain('cannot be read');
  });

  test('names that every JavaScript object has are not settings', () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      expect(problemsOf(() => load(`{"${key}": 1}`))[0]).toContain('there is no setting');
    }
  });
});

describe('changes', () => {
  test('a change is stored for the owner alone, seen by the live view, and told to listeners', async () => {
    const config = load();
    const values = config.group('pond', pond);
    const heard: string[] = [];
    const forget = config.onChange((key) => heard.push(`${key} ${values.depth}`));
    await config.set('pond.depth', 8);
    forget();
    await config.set('pond.depth', 9);
    expect(heard).toEqual(['pond.depth 8']);
    expect(values.depth).toBe(9);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'pond.depth': 9 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['settings.json']);
    expect(load().get('pond.depth')).toBe(9);
  });

  test('a refused change leaves value and file as they were', async () => {
    const config = load({ 'pond.depth': 4 });
    await expect(config.set('pond.depth', 'deep')).rejects.toThrow(
      'the new value: pond.depth is "deep", but allowed is a whole number from 1 to 9.',
    );
    await expect(config.set('pond.dept', 4)).rejects.toThrow('did you mean pond.depth?');
    expect(config.get('pond.depth')).toBe(4);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'pond.depth': 4 });
  });

  test('a change that cannot be stored does not take effect', async () => {
    const config = Config.load({ path: join(directory, 'gone', 'settings.json'), groups, overrides: [] });
    await expect(config.set('pond.depth', 4)).rejects.toThrow('ENOENT');
    expect(config.get('pond.depth')).toBe(3);
  });

  test('changes made at the same time are all stored', async () => {
    const config = load();
    await Promise.all([config.set('pond.depth', 1), config.set('pond.frozen', true), config.set('pond.name', 'Blue')]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      'pond.depth': 1,
      'pond.frozen': true,
      'pond.name': 'Blue',
    });
  });

  test('what somebody wrote into the file meanwhile is kept', async () => {
    const config = load({ 'pond.depth': 4 });
    writeFileSync(path, '{"pond.depth": 4, "pond.name": "Blue"}');
    await config.set('pond.frozen', true);
    expect(load().get('pond.name')).toBe('Blue');
  });

  test('overrides are never stored, and a change ends the override of its key', async () => {
    const config = load(undefined, ['pond.depth=5', 'pond.name=Green']);
    await config.set('pond.depth', 6);
    expect(config.get('pond.depth')).toBe(6);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'pond.depth': 6 });
    const described = config.describe().filter(({ isOverridden }) => isOverridden);
    expect(described.map(({ key }) => key)).toEqual(['pond.name']);
  });
});

test('a description holds all that the window and the manual show', () => {
  const described = load(undefined, ['pond.door=8']).describe();
  expect(described.map(({ key }) => key)).toEqual(['pond.depth', 'pond.frozen', 'pond.fish', 'pond.door', 'pond.name']);
  expect(described.find(({ key }) => key === 'pond.door')).toMatchObject({
    description: 'The number of the door.',
    default: 7,
    allowed: 'a whole number from 0 to 99, or the word off',
    jsonSchema: { anyOf: [{ type: 'integer', minimum: 0, maximum: 99 }, { const: 'off' }] },
    value: 8,
    isOverridden: true,
    appliesOnRestart: true,
  });
});

test('a default that its own schema refuses is a bug', () => {
  expect(() => setting(z.int().min(1), 0, 'Never.')).toThrow();
});
