/** How long an account lasts, and the means to change that. A deleted one is restored where it was deleted. */
import { Button, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { useNow } from '../clock.ts';
import { formatDateTime } from '../format.ts';
import { hoursFromNow, LIFETIMES } from '../lifetimes.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import css from './reset-link.module.css';
import { tell } from './tell.ts';

const words = texts.lifetimes.end;
const KEEP = 'keep';
const FOR_GOOD = 'good';

export function PersonEnd({ account }: { readonly account: AccountSummary }) {
  const { localpart, status, expiresAt } = account;
  const isOnline = useClient() !== undefined;
  const nowMs = useNow();
  const [choice, setChoice] = useState(KEEP);
  const change = useDeed(
    (client, end: string | null) => client.accounts.setExpiry({ localpart, expiresAt: end }),
    ['accounts', 'audit'],
  );
  const restore = useDeed((client, name: string) => client.accounts.restore({ localpart: name }), ['accounts']);
  if (status === 'pending') return null;
  if (status === 'deleted') {
    return (
      <section className={css.section} aria-label={texts.lifetimes.deleted}>
        <h3 className={css.title}>{texts.lifetimes.deleted}</h3>
        <p className={css.hint}>{texts.lifetimes.restoreHint}</p>
        <Refusal error={restore.error} />
        <Button
          variant="default"
          size="xs"
          disabled={!isOnline}
          loading={restore.isPending}
          onClick={() => restore.mutate(localpart, { onSuccess: () => tell(texts.lifetimes.restored(localpart)) })}
        >
          {texts.lifetimes.restore}
        </Button>
      </section>
    );
  }
  const carryOut = (): void => {
    const end = choice === FOR_GOOD ? null : hoursFromNow(Number(choice), nowMs);
    change.mutate(end, {
      onSuccess: () => {
        setChoice(KEEP);
        tell(end === null ? words.lastsNow(localpart) : words.endsAt(localpart, formatDateTime(end)));
      },
    });
  };
  return (
    <section className={css.section} aria-label={words.title}>
      <h3 className={css.title}>{words.title}</h3>
      <p className={css.hint}>{expiresAt === undefined ? words.lasting : words.until(formatDateTime(expiresAt))}</p>
      <Refusal error={change.error} />
      <Group align="flex-end" gap="sm">
        <NativeSelect
          size="xs"
          label={words.label}
          value={choice}
          onChange={(event) => setChoice(event.currentTarget.value)}
          data={[
            { value: KEEP, label: words.keep },
            ...(expiresAt === undefined ? [] : [{ value: FOR_GOOD, label: texts.lifetimes.forGood }]),
            ...LIFETIMES,
          ]}
        />
        <Button
          variant="default"
          size="xs"
          disabled={!isOnline || choice === KEEP}
          loading={change.isPending}
          onClick={carryOut}
        >
          {words.submit}
        </Button>
      </Group>
    </section>
  );
}
