/** The lines themselves. Who is at the end stays at the end; who has scrolled up is left in peace. */
import { Button } from '@mantine/core';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import type { ControlLogLine } from '../../server/control/contract.ts';
import { formatClock } from '../format.ts';
import { formatFields, type NumberedLine } from '../log-lines.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icons.tsx';
import css from './log-list.module.css';

const words = texts.logs;
/** A scroll position this close to the end counts as the end. */
const END_PX = 24;

export function LogList({ lines }: { readonly lines: readonly NumberedLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);

  useLayoutEffect(() => {
    const [outer, inner] = [box.current, content.current];
    if (!isAtEnd || outer === null || inner === null) return;
    const toEnd = (): void => {
      outer.scrollTop = outer.scrollHeight;
    };
    toEnd();
    // New lines make the content higher, and so do lines whose height is only known once they come into sight.
    const sizes = new ResizeObserver(toEnd);
    sizes.observe(inner);
    sizes.observe(outer);
    return () => sizes.disconnect();
  }, [isAtEnd]);

  const watch = (): void => {
    const target = box.current;
    if (target === null) return;
    const isNearEnd = target.scrollHeight - target.scrollTop - target.clientHeight < END_PX;
    // Only somebody who scrolls up leaves the end; content that grows does not.
    if (isNearEnd) setAtEnd(true);
    else if (target.scrollTop < lastTop.current) setAtEnd(false);
    lastTop.current = target.scrollTop;
  };
  return (
    <>
      <div
        ref={box}
        className={css.box}
        onScroll={watch}
        role="log"
        aria-live="off"
        aria-label={words.label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div ref={content}>
          {lines.map(({ id, line }) => (
            <Line key={id} line={line} />
          ))}
        </div>
      </div>
      {isAtEnd ? null : (
        <Button
          className={css.toEnd}
          size="xs"
          leftSection={<Icon name="down" size={14} />}
          onClick={() => setAtEnd(true)}
        >
          {words.toNewest}
        </Button>
      )}
    </>
  );
}

const icons: Readonly<Record<string, IconName>> = {
  debug: 'bug',
  trace: 'bug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
};

const Line = memo(function Line({ line }: { readonly line: ControlLogLine }) {
  const { time, level, room, message, fields } = line;
  return (
    <div className={css.line} data-level={level}>
      <time className={css.time} dateTime={time} title={time}>
        {formatClock(time)}
      </time>
      <span className={css.level}>
        <Icon name={icons[level] ?? 'info'} size={14} />
        {words.marks[level] ?? level}
      </span>
      <span className={css.room}>{room}</span>
      <span className={css.message}>
        <span className={css.words}>{message}</span>{' '}
        {formatFields(fields).map(([name, value]) => (
          <span key={name} className={css.field}>
            <span className={css.fieldName}>{name}</span> {value}
          </span>
        ))}
      </span>
    </div>
  );
});
