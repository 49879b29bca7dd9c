/** A setting that is a text. */
import { TextInput } from '@mantine/core';
import type { FieldKind } from '../settings/field-kind.ts';
import { texts } from '../texts.ts';
import type { FieldProps } from './setting-field.tsx';
import { draftKeys, useDraft } from './use-draft.ts';

type Text = Extract<FieldKind, { readonly kind: 'text' }>;

export function TextField(props: FieldProps<Text>) {
  const { kind, title, value, isDisabled, hasError, describedBy, save, forgive } = props;
  const draft = useDraft(String(value ?? ''));
  const commit = (): void => {
    if (draft.isChanged) save(draft.text);
    else forgive();
  };
  return (
    <TextInput
      aria-label={title}
      aria-describedby={describedBy}
      value={draft.text}
      {...(value === null ? { placeholder: texts.settings.secretIsSet } : {})}
      error={hasError}
      disabled={isDisabled}
      spellCheck={false}
      autoComplete="off"
      {...(kind.maxLength === undefined ? {} : { maxLength: kind.maxLength })}
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={draftKeys(draft, commit, forgive)}
    />
  );
}
