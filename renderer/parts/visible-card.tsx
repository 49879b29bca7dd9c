/** Whether devices find the server by its name, and what the network is told. */
import { Switch } from '@mantine/core';
import type { NetworkSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import { Fact, Facts } from './facts.tsx';
import css from './network-cards.module.css';
import { Refusal } from './refusal.tsx';

const words = texts.network.visible;

export function VisibleCard({ network }: { readonly network: NetworkSummary }) {
  const { mdns, hostName } = network;
  const isOnline = useClient() !== undefined;
  const change = useDeed(
    (client, isOn: boolean) => client.settings.set({ key: 'lan.mdns', value: isOn }),
    ['settings', 'network'],
  );
  const isOn = change.isPending ? change.variables : mdns.isOn;
  const told = Object.entries(mdns.text);
  const aside = (
    <Switch
      size="md"
      labelPosition="left"
      label={isOn ? words.on : words.off}
      aria-label={words.title}
      checked={isOn}
      disabled={!isOnline}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
    />
  );
  return (
    <Card title={words.title} text={words.text} aside={aside}>
      <p className={css.state} data-state={mdns.state} role="status">
        {words.states[mdns.state]}
      </p>
      <Refusal error={change.error} />
      {mdns.state === 'announced' ? (
        <Facts>
          <Fact name={words.host} value={hostName} />
          {mdns.instance === undefined ? null : <Fact name={words.instance} value={mdns.instance} />}
          <Fact name={words.services}>
            <ul className={css.plain}>
              {mdns.services.map(({ type, port }) => (
                <li key={type}>
                  <code>{type}</code> <span className={css.dim}>{words.port(port)}</span>
                </li>
              ))}
            </ul>
          </Fact>
          {told.length === 0 ? null : (
            <Fact name={words.tells}>
              <ul className={css.plain}>
                {told.map(([key, value]) => (
                  <li key={key}>
                    <code>{`${key}=${value}`}</code>
                  </li>
                ))}
              </ul>
            </Fact>
          )}
        </Facts>
      ) : null}
    </Card>
  );
}
