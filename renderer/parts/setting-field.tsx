/** The control for a setting. Switches and choices save at once; what is typed saves with Enter or when it is left. */
import { NativeSelect, Switch } from '@mantine/core';
import type { FieldKind } from '../settings/field-kind.ts';
import { texts } from '../texts.ts';
import { JsonField } from './json-field.tsx';
import { ListField } from './list-field.tsx';
import { NumberField } from './number-field.tsx';
import { SecretField } from './secret-field.tsx';
import css from './settings-group.module.css';
import { TextField } from './text-field.tsx';

const words = texts.settings;

export interface FieldProps<Kind extends FieldKind = FieldKind> {
  readonly kind: Kind;
  readonly settingKey: string;
  readonly title: string;
  readonly value: unknown;
  /** What is on its way to the server, or else the value: what switches show, lest they lag behind the hand. */
  readonly wanted: unknown;
  readonly isDisabled: boolean;
  readonly hasError: boolean;
  /** Ids of the elements that describe the control. */
  readonly describedBy: string;
  readonly save: (value: unknown) => void;
  /** What was refused has been taken back. */
  readonly forgive: () => void;
}

export function SettingField(props: FieldProps) {
  const { kind } = props;
  switch (kind.kind) {
    case 'switch':
      return <SwitchField {...props} />;
    case 'choice':
      return <ChoiceField {...props} kind={kind} />;
    case 'number':
      return <NumberField {...props} kind={kind} />;
    case 'text':
      return <TextField {...props} kind={kind} />;
    case 'secret':
      return <SecretField {...props} kind={kind} />;
    case 'list':
      return <ListField {...props} />;
    case 'json':
      return <JsonField {...props} />;
  }
}

function SwitchField({ title, wanted, isDisabled, describedBy, save }: FieldProps) {
  const isOn = wanted === true;
  return (
    <Switch
      className={css.switch}
      size="md"
      labelPosition="left"
      label={isOn ? words.on : words.off}
      aria-label={title}
      aria-describedby={describedBy}
      checked={isOn}
      disabled={isDisabled}
      onChange={(event) => save(event.currentTarget.checked)}
    />
  );
}

type Choice = Extract<FieldKind, { readonly kind: 'choice' }>;

function ChoiceField({ kind, settingKey, title, wanted, isDisabled, describedBy, save }: FieldProps<Choice>) {
  return (
    <NativeSelect
      aria-label={title}
      aria-describedby={describedBy}
      value={String(wanted)}
      disabled={isDisabled}
      data={kind.options.map((option) => ({
        value: option,
        label: words.options[`${settingKey}.${option}`] ?? option,
      }))}
      onChange={(event) => save(event.currentTarget.value)}
    />
  );
}
