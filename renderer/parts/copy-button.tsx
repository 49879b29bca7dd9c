/** Copies a text and says so, in the button itself and to screen readers. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { copyText } from '../desktop.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icons.tsx';
import { Spoken } from './spoken.tsx';

const TOLD_MS = 1800;

type Outcome = 'idle' | 'done' | 'failed';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, as it stands behind "Copy". */
  readonly what: string;
  /** With the word beside the icon, where the button stands alone. */
  readonly isWide?: boolean;
  /** And with what is copied. */
  readonly isNamed?: boolean;
}

const marks: Readonly<Record<Outcome, IconName>> = { idle: 'copy', done: 'check', failed: 'cross' };
const words: Readonly<Record<Outcome, string>> = {
  idle: texts.copy.short,
  done: texts.copy.done,
  failed: texts.copy.failed,
};

export function CopyButton({ text, what, isWide = false, isNamed = false }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>('idle');
  useEffect(() => {
    if (outcome === 'idle') return;
    const timer = setTimeout(() => setOutcome('idle'), TOLD_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = (): void => {
    copyText(text).then(
      () => setOutcome('done'),
      () => setOutcome('failed'),
    );
  };
  const name = texts.copy.action(what);
  const mark = <Icon name={marks[outcome]} size={16} />;
  const colour = outcome === 'done' ? 'teal' : outcome === 'failed' ? 'red' : undefined;
  return (
    <>
      {isWide ? (
        <Button variant="default" size="sm" leftSection={mark} onClick={copy} aria-label={name}>
          {outcome === 'idle' && isNamed ? name : words[outcome]}
        </Button>
      ) : (
        <Tooltip label={outcome === 'idle' ? name : words[outcome]} openDelay={400}>
          <ActionIcon variant="subtle" color={colour ?? 'gray'} size="md" onClick={copy} aria-label={name}>
            {mark}
          </ActionIcon>
        </Tooltip>
      )}
      <Spoken text={outcome === 'idle' ? '' : words[outcome]} />
    </>
  );
}
