/** Certificates that are pinned: by which servers are known whatever the authorities say. */
import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import type { FederationPin } from '../../server/control/contract.ts';
import { groupFingerprint } from '../format.ts';
import { useClient, useDeed, usePins } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Card } from './card.tsx';
import { Icon } from './icons.tsx';
import { PinCertificate } from './pin-certificate.tsx';
import css from './pins.module.css';
import { tell, tellFailure } from './tell.ts';

const words = texts.federation.pins;

export function PinsCard() {
  const { data: pins = [] } = usePins();
  const isOnline = useClient() !== undefined;
  const [isAdding, setAdding] = useState(false);
  const remove = useDeed(
    (client, { domain, fingerprint }: FederationPin) => client.federation.pins.remove({ domain, fingerprint }),
    ['pins', 'federation'],
  );
  const takeBack = (pin: FederationPin): void =>
    remove.mutate(pin, { onSuccess: () => tell(words.removed(pin.domain)), onError: tellFailure });
  const aside = (
    <Button variant="default" size="sm" className={css.add} disabled={!isOnline} onClick={() => setAdding(true)}>
      {words.add}
    </Button>
  );
  return (
    <Card title={words.title} text={words.text} aside={aside}>
      {pins.length === 0 ? (
        <p className={css.empty}>{words.empty}</p>
      ) : (
        <ul className={css.list} aria-label={words.list}>
          {pins.map((pin) => (
            <li key={`${pin.domain} ${pin.fingerprint}`}>
              <div className={css.pin}>
                <span>
                  <strong>{pin.domain}</strong>{' '}
                  <span className={css.since}>
                    {words.since} <Ago iso={pin.addedAt} />
                  </span>
                </span>
                <code className={css.short}>{groupFingerprint(pin.fingerprint).join(' ')}</code>
              </div>
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={!isOnline || remove.isPending}
                aria-label={words.remove(pin.domain)}
                onClick={() => takeBack(pin)}
              >
                <Icon name="trash" />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <PinCertificate isOpen={isAdding} domain="" close={() => setAdding(false)} />
    </Card>
  );
}
