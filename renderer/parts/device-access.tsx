/** The devices that can come into an account, also those that are away, each with the means to shut it out (XEP-0494). */
import { Button } from '@mantine/core';
import type { DeviceSummary } from '../../server/control/contract.ts';
import { useClient, useDeed, useDevices } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import css from './section.module.css';
import { tell, tellFailure } from './tell.ts';

const words = texts.people.access;

export function DeviceAccess({ localpart }: { readonly localpart: string }) {
  const { data: devices } = useDevices(localpart);
  const away = (devices ?? []).filter(({ isConnected }) => !isConnected);
  if (away.length === 0) return null;
  return (
    <section className={css.part}>
      <h3 className={css.title}>{words.title}</h3>
      <ul className={css.list}>
        {away.map((device) => (
          <Device key={device.id} localpart={localpart} device={device} />
        ))}
      </ul>
      <p className={css.after}>{words.hint}</p>
    </section>
  );
}

function Device({ localpart, device }: { readonly localpart: string; readonly device: DeviceSummary }) {
  const { id, name = words.unnamed, lastSeen, knowsPassword, hasToken } = device;
  const isOnline = useClient() !== undefined;
  const revoke = useDeed(
    (client, input: { localpart: string; id: string; signOut: boolean }) => client.clients.revoke(input),
    ['devices'],
  );
  const shutOut = (): void => {
    revoke
      .mutateAsync({ localpart, id, signOut: true })
      .then(({ canComeBack }) => tell(canComeBack ? words.revokedForNow(name) : words.revoked(name)), tellFailure);
  };
  return (
    <li className={css.item}>
      <div className={css.about}>
        <span className={css.name}>{name}</span>
        <span className={css.dim}>
          {words.lastSeen} <Ago iso={lastSeen} />
        </span>
        <span className={css.dim}>{knowsPassword ? words.knowsPassword : hasToken ? words.hasToken : words.known}</span>
      </div>
      <Button
        variant="default"
        size="xs"
        loading={revoke.isPending}
        disabled={!isOnline}
        aria-label={words.revokeName(name)}
        onClick={shutOut}
      >
        {words.revoke}
      </Button>
    </li>
  );
}
