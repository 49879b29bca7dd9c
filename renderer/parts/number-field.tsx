/** A setting that is a number, perhaps with one word that may stand in its place, such as `off`. */
import { Checkbox, TextInput } from '@mantine/core';
import type { FieldKind } from '../settings/field-kind.ts';
import { explainNumber } from '../settings/show-value.ts';
import { texts } from '../texts.ts';
import type { FieldProps } from './setting-field.tsx';
import css from './settings-group.module.css';
import { draftKeys, useDraft } from './use-draft.ts';
import { useLast } from './use-last.ts';

const words = texts.settings;

type NumberKind = Extract<FieldKind, { readonly kind: 'number' }>;

export function NumberField(props: FieldProps<NumberKind>) {
  const { kind, settingKey, title, value, wanted, isDisabled, hasError, describedBy, save, forgive } = props;
  const isWord = kind.word !== undefined && wanted === kind.word;
  // What the number goes back to when the word is taken away again.
  const lastNumber = useLast(typeof value === 'number' ? value : undefined);
  const draft = useDraft(typeof value === 'number' ? String(value) : '');
  const commit = (): void => {
    if (draft.isChanged) save(readNumber(draft.text));
    else forgive();
  };
  const meaning = isWord ? undefined : explainNumber(settingKey, Number(draft.text));
  const input = (
    <TextInput
      aria-label={title}
      aria-describedby={describedBy}
      inputMode={kind.isWhole ? 'numeric' : 'decimal'}
      value={draft.text}
      error={hasError}
      disabled={isDisabled || isWord}
      autoComplete="off"
      rightSection={meaning === undefined ? null : <span className={css.meaning}>{words.equals(meaning)}</span>}
      rightSectionWidth={meaning === undefined ? 0 : 124}
      rightSectionPointerEvents="none"
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={draftKeys(draft, commit, forgive)}
    />
  );
  if (kind.word === undefined) return input;
  const { word } = kind;
  return (
    <div className={css.withWord}>
      {input}
      <Checkbox
        label={words.words[word] ?? word}
        checked={isWord}
        disabled={isDisabled}
        onChange={(event) => save(event.currentTarget.checked ? word : (lastNumber ?? kind.min ?? 0))}
      />
    </div>
  );
}

/** What is no number goes to the server as it stands: its sentence says what is allowed. */
function readNumber(text: string): unknown {
  const compact = text.replaceAll(/[\s,_']/g, '');
  return compact === '' || Number.isNaN(Number(compact)) ? text : Number(compact);
}
