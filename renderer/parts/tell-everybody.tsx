/** Whatever is told to everybody, in one place: now, once a day, and to who is new. */
import { Button, Checkbox, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { sentenceOf, useClient, useDeed, useStandingMessage } from '../queries.ts';
import { texts } from '../texts.ts';
import { LoadFailure, Loading } from './notice.tsx';
import { Refusal } from './refusal.tsx';
import css from './section.module.css';
import { SideSheet } from './side-sheet.tsx';
import { useDraft } from './use-draft.ts';

const words = texts.everybody;
/** What the contract takes. */
const MOST = 5000;

export function TellEverybody({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  return (
    <SideSheet isOpen={isOpen} title={words.title} close={close} closesOnClickOutside={false}>
      <Now />
      <Standing kind="motd" title={words.motd} hint={words.motdHint} />
      <Standing kind="welcome" title={words.welcome} hint={words.welcomeHint} />
    </SideSheet>
  );
}

function Now() {
  const isOnline = useClient() !== undefined;
  const [text, setText] = useState('');
  const send = useDeed((client, wish: { text: string }) => client.announcements.send(wish));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    send.mutate({ text }, { onSuccess: () => setText('') });
  };
  const type = (typed: string): void => {
    setText(typed);
    if (!send.isIdle) send.reset();
  };
  return (
    <form onSubmit={submit} className={css.section}>
      <h3 className={css.title}>{words.now}</h3>
      <p className={css.hint}>{words.nowHint}</p>
      <Textarea
        aria-label={words.nowText}
        placeholder={words.nowText}
        rows={3}
        maxLength={MOST}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        data-autofocus
      />
      <Refusal error={send.error} />
      <div className={css.actions}>
        <Button type="submit" size="sm" loading={send.isPending} disabled={!isOnline || text.trim() === ''}>
          {words.send}
        </Button>
        <span className={css.outcome} role="status">
          {send.isSuccess ? words.sent(send.data.accounts) : null}
        </span>
      </div>
    </form>
  );
}

interface StandingProps {
  readonly kind: 'motd' | 'welcome';
  readonly title: string;
  readonly hint: string;
}

function Standing({ kind, title, hint }: StandingProps) {
  const message = useStandingMessage(kind);
  return (
    <section className={css.section}>
      <h3 className={css.title}>{title}</h3>
      <p className={css.hint}>{hint}</p>
      {message.data !== undefined ? (
        <StandingForm kind={kind} title={title} current={message.data.text ?? ''} />
      ) : message.isError ? (
        <LoadFailure sentence={sentenceOf(message.error)} retry={() => void message.refetch()} />
      ) : (
        <Loading rows={3} />
      )}
    </section>
  );
}

interface Wish {
  /** Empty takes the message away. */
  readonly text: string;
  readonly isCorrection: boolean;
}

interface StandingFormProps extends Pick<StandingProps, 'kind' | 'title'> {
  /** Empty while there is none. */
  readonly current: string;
}

function StandingForm({ kind, title, current }: StandingFormProps) {
  const isOnline = useClient() !== undefined;
  const draft = useDraft(current);
  const [isCorrection, setCorrection] = useState(false);
  const change = useDeed(
    async (client, { text, isCorrection: corrects }: Wish) => {
      if (text === '') await client.messages[kind].remove();
      else if (kind === 'motd') await client.messages.motd.set({ text, isCorrection: corrects });
      else await client.messages.welcome.set({ text });
    },
    ['messages'],
  );
  const text = draft.text.trim();
  const isWorthSaving = text !== '' && text !== current;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWorthSaving) change.mutate({ text, isCorrection }, { onSuccess: () => setCorrection(false) });
  };
  const remove = (): void => {
    draft.type(current);
    change.mutate({ text: '', isCorrection: false });
  };
  const type = (typed: string): void => {
    draft.type(typed);
    if (!change.isIdle) change.reset();
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        aria-label={title}
        rows={3}
        maxLength={MOST}
        value={draft.text}
        onChange={(event) => type(event.currentTarget.value)}
      />
      {kind === 'motd' && current !== '' && isWorthSaving ? (
        <Checkbox
          mt="sm"
          label={words.correction}
          checked={isCorrection}
          onChange={(event) => setCorrection(event.currentTarget.checked)}
        />
      ) : null}
      <Refusal error={change.error} />
      <div className={css.actions}>
        <Button
          type="submit"
          variant="default"
          loading={change.isPending}
          disabled={!isOnline || !isWorthSaving}
          aria-label={words.saveName(title)}
        >
          {words.save}
        </Button>
        {current === '' ? null : (
          <Button
            variant="subtle"
            color="red"
            c="red"
            disabled={!isOnline || change.isPending}
            aria-label={words.removeName(title)}
            onClick={remove}
          >
            {words.remove}
          </Button>
        )}
        <span className={css.outcome} role="status">
          {change.isSuccess ? (change.variables.text === '' ? words.removed : words.saved) : null}
        </span>
      </div>
    </form>
  );
}
