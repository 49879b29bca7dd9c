/** A setting that is told to nobody, whoever asks: it can be replaced, and only what is being typed can be looked at. */
import { PasswordInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { FieldKind } from '../settings/field-kind.ts';
import { texts } from '../texts.ts';
import type { FieldProps } from './setting-field.tsx';
import { draftKeys } from './use-draft.ts';

type Secret = Extract<FieldKind, { readonly kind: 'secret' }>;

const words = texts.settings;

export function SecretField(props: FieldProps<Secret>) {
  const { title, value, wanted, isDisabled, hasError, describedBy, save, forgive } = props;
  const [text, setText] = useState('');
  useWhenSaved(wanted !== value, hasError, () => setText(''));
  const commit = (): void => {
    if (text === '') forgive();
    else save(text);
  };
  const draft = { text, isChanged: text !== '', type: setText, revert: () => setText('') };
  return (
    <PasswordInput
      aria-label={title}
      aria-describedby={describedBy}
      value={text}
      {...(value === null ? { placeholder: words.secretIsSet } : {})}
      // There is nothing to look at before something is typed.
      {...(text === '' ? { rightSection: <span /> } : {})}
      visibilityToggleButtonProps={{ 'aria-label': words.secretShow(title) }}
      error={hasError}
      disabled={isDisabled}
      spellCheck={false}
      // No browser may offer to keep it, or one of its own.
      autoComplete="new-password"
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={draftKeys(draft, commit, forgive)}
    />
  );
}

/** What the server has taken must not stay in the field; what it refused must. */
function useWhenSaved(isSaving: boolean, hasError: boolean, clear: () => void): void {
  const wasSaving = useRef(false);
  useEffect(() => {
    if (wasSaving.current && !isSaving && !hasError) clear();
    wasSaving.current = isSaving;
  });
}
