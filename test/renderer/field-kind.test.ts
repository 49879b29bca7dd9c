import { expect, test } from 'vitest';
import { fieldKindOf } from '../../renderer/settings/field-kind.ts';
import { jsonSchemaOf, type SettingsGroup } from '../../server/config/setting.ts';
import { serverGroups } from '../../server/config/settings.ts';
import { modules } from '../../server/modules/index.ts';

test.each([
  [{ type: 'boolean' }, { kind: 'switch' }],
  [
    { type: 'string', enum: ['a', 'b'] },
    { kind: 'choice', options: ['a', 'b'] },
  ],
  [{ anyOf: [{ const: 'a' }, { enum: ['b', 'c'] }] }, { kind: 'choice', options: ['a', 'b', 'c'] }],
  [
    { type: 'integer', minimum: 0, maximum: 9 },
    { kind: 'number', min: 0, max: 9, isWhole: true, word: undefined },
  ],
  [
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { kind: 'number', min: undefined, max: undefined, isWhole: true, word: undefined },
  ],
  [
    { anyOf: [{ type: 'number' }, { const: 'off' }] },
    { kind: 'number', min: undefined, max: undefined, isWhole: false, word: 'off' },
  ],
  [
    { type: 'string', description: 'a path' },
    { kind: 'text', hint: 'a path', maxLength: undefined },
  ],
  [
    { type: 'array', items: { type: 'string' } },
    { kind: 'list', hint: undefined },
  ],
])('%j has its control', (schema, kind) => {
  expect(fieldKindOf(schema)).toEqual(kind);
});

test.each([
  [undefined],
  ['text'],
  [[]],
  [{}],
  [{ type: 'object' }],
  [{ type: 'array', items: { type: 'number' } }],
  [{ anyOf: [{ type: 'integer' }, { const: 'off' }, { const: 'auto' }] }],
  [{ anyOf: [{ type: 'integer' }, { type: 'number' }] }],
  [{ enum: [1, 2] }],
])('%j is edited as JSON', (schema) => {
  expect(fieldKindOf(schema)).toEqual({ kind: 'json' });
});

test('no setting of the server needs to be edited as JSON', () => {
  const groups: readonly SettingsGroup[] = [
    ...Object.values(serverGroups),
    ...modules.map(({ config }) => config ?? {}),
  ];
  const settings = groups.flatMap((group) => Object.values(group));
  expect(settings.map((setting) => fieldKindOf(jsonSchemaOf(setting)).kind)).not.toContain('json');
});
