/** Whether the computer of the server trusts it, and the one button that changes that. */
import { Button } from '@mantine/core';
import type { TrustSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icons.tsx';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';
import css from './trust-card.module.css';

const words = texts.network.trust;

export function TrustHere({ here }: { readonly here: NonNullable<TrustSummary['here']> }) {
  const { places, hint, command } = here;
  const isOnline = useClient() !== undefined;
  const install = useDeed((client, _: undefined) => client.trust.install(), ['trust']);
  const remove = useDeed((client, _: undefined) => client.trust.remove(), ['trust']);
  const isSomewhere = places.some(({ isTrusted }) => isTrusted);
  const isEverywhere = places.length > 0 && places.every(({ isTrusted }) => isTrusted);
  const isBusy = install.isPending || remove.isPending;
  return (
    <div className={css.here}>
      <h3 className={css.name}>{words.here}</h3>
      <ul className={css.places}>
        {places.map(({ name, isTrusted }) => (
          <li key={name}>
            <span>{name}</span>
            <span className={css.verdict} data-trusted={isTrusted}>
              {isTrusted ? <Icon name="check" size={14} /> : null}
              {isTrusted ? words.trusted : words.untrusted}
            </span>
          </li>
        ))}
      </ul>
      {places.length === 0 ? null : (
        <div className={css.buttons}>
          {isEverywhere ? null : (
            <Button
              size="sm"
              leftSection={<Icon name="shield" size={16} />}
              disabled={!isOnline || isBusy}
              loading={install.isPending}
              onClick={() => {
                remove.reset();
                install.mutate(undefined, { onSuccess: () => tell(words.installed) });
              }}
            >
              {words.install}
            </Button>
          )}
          {isSomewhere ? (
            <Button
              size="sm"
              variant="default"
              disabled={!isOnline || isBusy}
              loading={remove.isPending}
              onClick={() => {
                install.reset();
                remove.mutate(undefined, { onSuccess: () => tell(words.removed) });
              }}
            >
              {words.remove}
            </Button>
          ) : null}
        </div>
      )}
      <Refusal error={install.error ?? remove.error} />
      {hint === undefined ? null : <p className={css.hint}>{hint}</p>}
      {command === undefined ? null : (
        <p className={css.command}>
          <code>{command}</code>
          <CopyButton text={command} what={words.commandName} />
        </p>
      )}
    </div>
  );
}
