/** The networks this computer is in, and on which of them the server shows itself. */
import { Button, Checkbox } from '@mantine/core';
import type { InterfaceSummary } from '../../server/control/contract.ts';
import { useClient, useDeed, useSettings } from '../queries.ts';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import css from './network-cards.module.css';
import { Notice } from './notice.tsx';
import { Refusal } from './refusal.tsx';

const words = texts.network.interfaces;
const SETTING = 'lan.interfaces';
const SHOWN: readonly InterfaceSummary['state'][] = ['announced', 'probing', 'refused', 'chosen'];
/** Where choosing it would change nothing. */
const IMPOSSIBLE: readonly InterfaceSummary['state'][] = ['no-ipv4', 'not-listening'];

export function InterfacesCard({ interfaces }: { readonly interfaces: readonly InterfaceSummary[] }) {
  const isOnline = useClient() !== undefined;
  const { data: settings } = useSettings();
  const stored = settings?.find(({ key }) => key === SETTING)?.value;
  const named: readonly unknown[] = Array.isArray(stored) ? stored : [];
  const change = useDeed(
    (client, names: readonly string[]) => client.settings.set({ key: SETTING, value: names }),
    ['settings', 'network'],
  );
  // What is on its way counts already, lest the box lags behind the hand.
  const wanted = change.isPending && change.variables.length > 0 ? change.variables : undefined;
  const isShown = ({ name, state }: InterfaceSummary) => wanted?.includes(name) ?? SHOWN.includes(state);
  const chosen = interfaces.filter(isShown).map(({ name }) => name);
  const toggle = (name: string, isChosen: boolean): void =>
    change.mutate(isChosen ? [...chosen, name] : chosen.filter((other) => other !== name));
  const aside =
    named.length === 0 ? (
      <span className={css.dim}>{words.isAutomatic}</span>
    ) : (
      <Button variant="default" size="xs" disabled={!isOnline} onClick={() => change.mutate([])}>
        {words.automatic}
      </Button>
    );
  return (
    <Card title={words.title} text={words.text} aside={aside}>
      {interfaces.length === 0 ? (
        <Notice icon="network" title={words.none} text={words.noneText} />
      ) : (
        <ul className={css.interfaces}>
          {interfaces.map((one) => {
            const { name, addresses, state } = one;
            const isChosen = isShown(one);
            // Nothing chosen means automatic, which is something else than nowhere.
            const isLast = isChosen && chosen.length === 1;
            return (
              <li key={name}>
                <Checkbox
                  aria-label={words.choice(name)}
                  title={isLast ? words.lastOne : undefined}
                  checked={isChosen}
                  disabled={!isOnline || change.isPending || isLast || IMPOSSIBLE.includes(state)}
                  onChange={(event) => toggle(name, event.currentTarget.checked)}
                />
                <div className={css.interface}>
                  <span className={css.name}>{name}</span>
                  <span className={css.addresses}>{addresses.join(', ')}</span>
                </div>
                <span className={css.verdict} data-state={state}>
                  {words.states[state]}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <Refusal error={change.error} />
    </Card>
  );
}
