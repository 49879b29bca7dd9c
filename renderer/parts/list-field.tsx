/** A setting that is a list of texts: its entries, and a field for one more. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import type { FieldProps } from './setting-field.tsx';
import css from './settings-group.module.css';

const words = texts.settings;

export function ListField({ title, value, isDisabled, hasError, describedBy, save, forgive }: FieldProps) {
  const entries = Array.isArray(value) ? value.map(String) : [];
  const [text, setText] = useState('');
  const size = entries.length;
  // An entry that the server took leaves the field; one that it refused stays there to be mended.
  const [sizeBefore, setSizeBefore] = useState(size);
  useEffect(() => {
    if (size > sizeBefore) setText('');
    setSizeBefore(size);
  }, [size, sizeBefore]);
  const add = (): void => {
    const entry = text.trim();
    if (entry !== '') save([...entries, entry]);
  };
  return (
    <>
      {entries.length === 0 ? null : (
        <ul className={css.entries}>
          {entries.map((entry) => (
            <li key={entry} className={css.entry}>
              {entry}
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                disabled={isDisabled}
                aria-label={words.listRemove(entry)}
                onClick={() => save(entries.filter((other) => other !== entry))}
              >
                <Icon name="cross" size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <div className={css.adding}>
        <TextInput
          aria-label={words.listAddName(title)}
          aria-describedby={describedBy}
          value={text}
          error={hasError}
          disabled={isDisabled}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add();
            if (event.key === 'Escape') {
              setText('');
              forgive();
            }
          }}
        />
        <Button variant="default" disabled={isDisabled || text.trim() === ''} onClick={add}>
          {words.listAdd}
        </Button>
      </div>
    </>
  );
}
