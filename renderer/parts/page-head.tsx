/** The title of a page, a line below it, and what can be done on it. */
import type { ReactNode } from 'react';
import css from './page-head.module.css';

interface PageHeadProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly children?: ReactNode;
}

export function PageHead({ title, text, children }: PageHeadProps) {
  return (
    <div className={css.head}>
      <div className={css.words}>
        <h1 className={css.title}>{title}</h1>
        {text === undefined ? null : <p className={css.text}>{text}</p>}
      </div>
      {children === undefined ? null : <div className={css.actions}>{children}</div>}
    </div>
  );
}
