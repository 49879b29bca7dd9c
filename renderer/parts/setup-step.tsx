/** One step of a checklist: how it stands in a line, and all about it when it is opened. */
import { type ReactNode, useId, useState } from 'react';
import type { StepState } from '../domain-steps/step.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icons.tsx';
import css from './setup-step.module.css';

const words = texts.federation.steps;

export type StepMark = StepState['mark'];

/** Each has a shape of its own, for those who do not see its colour. */
const icons: Readonly<Record<StepMark, IconName>> = {
  done: 'check',
  todo: 'plus',
  warn: 'warn',
  unknown: 'question',
  busy: 'waiting',
};

interface SetupStepProps {
  readonly title: string;
  readonly summary: string;
  readonly mark: StepMark;
  /** Until somebody opens or closes it. */
  readonly isOpenAtFirst: boolean;
  readonly children: ReactNode;
}

export function SetupStep({ title, summary, mark, isOpenAtFirst, children }: SetupStepProps) {
  const id = useId();
  const [choice, setChoice] = useState<boolean>();
  const isOpen = choice ?? isOpenAtFirst;
  return (
    <li className={css.step} data-mark={mark}>
      <h3 className={css.head}>
        <button
          type="button"
          className={css.opener}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setChoice(!isOpen)}
        >
          <span className={css.mark} role="img" aria-label={words.marks[mark]}>
            <Icon name={icons[mark]} size={16} />
          </span>
          <span className={css.names}>
            <span className={css.title}>{title}</span>
            <span className={css.summary}>{summary}</span>
          </span>
          <span className={css.arrow} data-open={isOpen}>
            <Icon name="chevron" />
          </span>
        </button>
      </h3>
      <div className={css.body} id={id} hidden={!isOpen}>
        {children}
      </div>
    </li>
  );
}
