/** The search of a page, with a cross that empties it. */
import { CloseButton, TextInput } from '@mantine/core';
import css from '../pages/page.module.css';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

export function SearchField({ label, value, change }: SearchFieldProps) {
  return (
    <TextInput
      className={css.search}
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="search" />}
      rightSection={
        value === '' ? null : <CloseButton aria-label={texts.table.clearSearch} onClick={() => change('')} />
      }
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
