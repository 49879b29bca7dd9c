/** A setting of a shape that has no control of its own, as JSON. */
import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../texts.ts';
import type { FieldProps } from './setting-field.tsx';
import { useDraft } from './use-draft.ts';

const words = texts.settings;

export function JsonField({ title, value, isDisabled, hasError, describedBy, save, forgive }: FieldProps) {
  const draft = useDraft(JSON.stringify(value, null, 2) ?? '');
  const [isJson, setJson] = useState(true);
  const commit = (): void => {
    const parsed = parse(draft.text);
    setJson(parsed !== undefined);
    if (parsed !== undefined) save(parsed.value);
  };
  return (
    <>
      <Textarea
        aria-label={title}
        aria-describedby={describedBy}
        autosize
        minRows={2}
        maxRows={12}
        ff="monospace"
        spellCheck={false}
        value={draft.text}
        error={isJson ? hasError : words.notJson}
        disabled={isDisabled}
        onChange={(event) => {
          draft.type(event.currentTarget.value);
          setJson(true);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          draft.revert();
          setJson(true);
          forgive();
        }}
      />
      {draft.isChanged ? (
        <Button size="xs" variant="default" disabled={isDisabled} onClick={commit}>
          {words.save}
        </Button>
      ) : null}
    </>
  );
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
