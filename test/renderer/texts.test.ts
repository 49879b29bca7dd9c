/** The catalogue of texts keeps up with the server. */
import { expect, test } from 'vitest';
import { settingTitle } from '../../renderer/settings/grouping.ts';
import { texts } from '../../renderer/texts.ts';
import { serverGroups } from '../../server/config/settings.ts';
import { modules } from '../../server/modules/index.ts';

const groups = new Map<string, object>([
  ...Object.entries(serverGroups),
  ...modules.flatMap(({ name, config }) => (config === undefined ? [] : [[name, config] as const])),
]);

test('every group of settings and every setting has a title for people', () => {
  expect([...groups.keys()].filter((name) => !Object.hasOwn(texts.settings.groups, name))).toEqual([]);
  const keys = [...groups].flatMap(([name, settings]) => Object.keys(settings).map((setting) => `${name}.${setting}`));
  expect(keys.filter((key) => !Object.hasOwn(texts.settings.titles, key))).toEqual([]);
});

test('no title is left of a setting that is gone', () => {
  const keys = new Set(
    [...groups].flatMap(([name, settings]) => Object.keys(settings).map((setting) => `${name}.${setting}`)),
  );
  expect(Object.keys(texts.settings.titles).filter((key) => !keys.has(key))).toEqual([]);
});

test('a setting that has no title yet is shown by a readable form of its key', () => {
  expect(settingTitle('brand-new.maxThingBytes')).toBe('Max thing bytes');
});
