/** The catalogue of texts keeps up with the server. */
import { expect, test } from 'vitest';
import { fieldKindOf } from '../../renderer/settings/field-kind.ts';
import { settingTitle } from '../../renderer/settings/grouping.ts';
import { showValue } from '../../renderer/settings/show-value.ts';
import { texts } from '../../renderer/texts.ts';
import { DEED_RULES } from '../../server/administration/deed-rules.ts';
import { jsonSchemaOf, type SettingsGroup } from '../../server/config/setting.ts';
import { serverGroups } from '../../server/config/settings.ts';
import { modules } from '../../server/modules/index.ts';

const groups = new Map<string, SettingsGroup>([
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

test('every choice of a setting is called something that people say, in its control and as its default', () => {
  const choices = [...groups].flatMap(([name, settings]) =>
    Object.entries(settings).flatMap(([setting, declared]) => {
      const kind = fieldKindOf(jsonSchemaOf(declared));
      return kind.kind === 'choice' ? kind.options.map((option) => `${name}.${setting}.${option}`) : [];
    }),
  );
  expect(choices).toContain('federation.mode.everyone');
  expect(choices.filter((choice) => !Object.hasOwn(texts.settings.options, choice))).toEqual([]);
  expect(Object.keys(texts.settings.options).filter((choice) => !choices.includes(choice))).toEqual([]);
  expect(showValue('federation.mode', 'everyone')).toBe('All but denied ones');
});

test('the audit log has a sentence for every deed', () => {
  expect(Object.keys(texts.audit.deeds).toSorted()).toEqual(Object.keys(DEED_RULES).toSorted());
});

test('a setting that has no title yet is shown by a readable form of its key', () => {
  expect(settingTitle('brand-new.maxThingBytes')).toBe('Max thing bytes');
});
