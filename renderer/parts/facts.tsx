/** What is called how: a list of names with their values, each of which can be copied where that is of use. */
import type { ReactNode } from 'react';
import css from './connect-card.module.css';
import { CopyButton } from './copy-button.tsx';

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={css.list}>{children}</dl>;
}

interface FactProps {
  readonly name: string;
  readonly value?: string | undefined;
  /** What is copied, as it stands behind "Copy". */
  readonly copied?: string;
  /** In the place of the value. */
  readonly children?: ReactNode;
}

export function Fact({ name, value, copied, children }: FactProps) {
  return (
    <div className={css.row}>
      <dt className={css.name}>{name}</dt>
      <dd className={css.content}>
        {value === undefined ? children : <span className={css.value}>{value}</span>}
        {value === undefined || copied === undefined ? null : <CopyButton text={value} what={copied} />}
      </dd>
    </div>
  );
}
