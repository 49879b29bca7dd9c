/** What stands where content will be: while it loads, when there is none, and when it could not be had. */
import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icons.tsx';
import css from './notice.module.css';

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly tone?: 'calm' | 'bad';
  /** Where the notice is the whole page. */
  readonly isHeading?: boolean;
  readonly children?: ReactNode;
}

export function Notice({ icon, title, text, tone = 'calm', isHeading = false, children }: NoticeProps) {
  const Title = isHeading ? 'h1' : 'p';
  return (
    <div className={css.notice} data-tone={tone}>
      <span className={css.icon}>
        <Icon name={icon} size={24} />
      </span>
      <Title className={css.title}>{title}</Title>
      <p className={css.text}>{text}</p>
      {children}
    </div>
  );
}

export function LoadFailure({ sentence, retry }: { readonly sentence: string; readonly retry: () => void }) {
  return (
    <div role="alert">
      <Notice icon="error" tone="bad" title={texts.errors.title} text={sentence}>
        <Button variant="default" onClick={retry}>
          {texts.errors.retry}
        </Button>
      </Notice>
    </div>
  );
}

/** Quiet bars of about the height of what comes. */
export function Loading({ rows }: { readonly rows: number }) {
  return (
    <div className={css.loading} role="status" aria-label={texts.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike and never move
        <Skeleton key={row} height={18} radius="sm" width={row % 3 === 2 ? '55%' : '100%'} />
      ))}
    </div>
  );
}
