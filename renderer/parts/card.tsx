/** A titled surface: the piece that pages are put together from. */
import type { ReactNode } from 'react';
import css from './card.module.css';

interface CardProps {
  readonly title: string;
  readonly text?: string;
  /** What stands at the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, text, aside, children }: CardProps) {
  return (
    <section className={css.card} aria-label={title}>
      <div className={css.head}>
        <div>
          <h2 className={css.title}>{title}</h2>
          {text === undefined ? null : <p className={css.text}>{text}</p>}
        </div>
        {aside}
      </div>
      {children}
    </section>
  );
}
