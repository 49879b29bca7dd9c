/** For who has no domain: what it is, where it comes from, and that nothing on the local network depends on it. */
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import { CopyButton } from './copy-button.tsx';
import css from './domain-explained.module.css';
import { Icon, type IconName } from './icons.tsx';

const words = texts.federation.explained;

export function DomainExplained({ domain }: { readonly domain: string }) {
  return (
    <Card title={words.title}>
      <dl className={css.list}>
        <Answer icon="federation" name={words.what}>
          {words.whatText}
        </Answer>
        <Answer icon="network" name={words.without}>
          {words.withoutText}
        </Answer>
        <Answer icon="search" name={words.where}>
          {words.whereText}
        </Answer>
        <Answer icon="key" name={words.how}>
          {words.howText(domain)}
          <span className={css.command}>
            <code>{words.command}</code>
            <CopyButton text={words.command} what={words.commandName} />
          </span>
        </Answer>
      </dl>
    </Card>
  );
}

interface AnswerProps {
  readonly icon: IconName;
  readonly name: string;
  readonly children: ReactNode;
}

function Answer({ icon, name, children }: AnswerProps) {
  return (
    <div className={css.answer}>
      <dt className={css.name}>
        <span className={css.icon}>
          <Icon name={icon} size={18} />
        </span>
        {name}
      </dt>
      <dd className={css.text}>{children}</dd>
    </div>
  );
}
