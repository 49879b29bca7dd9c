/** The switch for chatting with other servers, and in a sentence what it does at this moment or why it cannot. */
import { Switch } from '@mantine/core';
import { useId } from 'react';
import type { FederationOverview } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './federation-switch.module.css';
import { Icon } from './icons.tsx';
import { Refusal } from './refusal.tsx';

const words = texts.federation.toggle;

export function FederationSwitch({ federation }: { readonly federation: FederationOverview }) {
  const { state, isEnabled, isPossible, isLocal, why, peers, queue } = federation;
  const id = useId();
  const isOnline = useClient() !== undefined;
  const change = useDeed(
    (client, isWanted: boolean) => client.federation.setEnabled({ isEnabled: isWanted }),
    ['federation', 'settings'],
  );
  // What is on its way counts already, lest the switch lags behind the hand.
  const isOn = (change.isPending ? change.variables : isEnabled) && isPossible;
  const kind = isPossible ? state : 'impossible';
  const connected = peers.filter((peer) => peer.state === 'connected').length;
  return (
    <section className={css.card} aria-labelledby={`${id}-title`} data-kind={kind}>
      <span className={css.mark}>
        <Icon name="federation" size={26} />
      </span>
      <div className={css.words}>
        <h2 className={css.title} id={`${id}-title`}>
          {words.title}
        </h2>
        <p className={css.state} id={`${id}-state`} role="status">
          <strong>{words.names[kind]}</strong>{' '}
          {!isPossible || (state === 'off' && isEnabled && why !== undefined) ? (
            <>
              {isPossible ? `${words.wanted} ` : ''}
              {why}
            </>
          ) : (
            (isLocal ? words.localStates : words.states)[state]
          )}
        </p>
        {state === 'on' ? (
          <p className={css.facts}>
            {words.connected(connected)}
            {queue.messages === 0 ? '' : ` · ${words.onTheWay(queue.messages)}`}
          </p>
        ) : null}
        <Refusal error={change.error} />
      </div>
      <Switch
        className={css.switch}
        size="lg"
        labelPosition="left"
        label={isOn ? words.on : words.off}
        aria-label={words.title}
        aria-describedby={`${id}-state`}
        checked={isOn}
        disabled={!isOnline || !isPossible}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </section>
  );
}
