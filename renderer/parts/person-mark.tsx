/** A person's letters on one of a few quiet grounds, always the same for the same name. */
import { initials } from '../format.ts';
import css from './person-mark.module.css';

const GROUNDS = 6;

export function PersonMark({ name, isFaded = false }: { readonly name: string; readonly isFaded?: boolean }) {
  return (
    <span className={css.mark} data-ground={groundOf(name)} data-faded={isFaded} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

function groundOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % GROUNDS;
}
