/** Other servers as a table: since when, in which direction, by what each has proven itself, and why it failed. */
import { Table, VisuallyHidden } from '@mantine/core';
import type { FederationPeer } from '../../server/control/contract.ts';
import { formatCount } from '../format.ts';
import { gatherPeerFacts } from '../peer-facts.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Icon, type IconName } from './icons.tsx';
import { PeerMenu } from './peer-menu.tsx';
import own from './peers-card.module.css';
import type { PeerTask } from './peers-card.tsx';
import css from './table.module.css';

const words = texts.federation.peers;
const arrows: Readonly<Record<'both' | 'out' | 'in', IconName>> = { both: 'both', out: 'out', in: 'into' };

interface PeersTableProps {
  readonly peers: readonly FederationPeer[];
  readonly begin: (task: PeerTask, domain: string) => void;
  readonly disconnect: (domain: string) => void;
}

export function PeersTable({ peers, ...deeds }: PeersTableProps) {
  const { columns } = words;
  return (
    <Table className={css.table} highlightOnHover aria-label={words.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={css.first}>{columns.server}</Table.Th>
          <Table.Th>{columns.since}</Table.Th>
          <Table.Th>{columns.proof}</Table.Th>
          <Table.Th className={css.number}>{columns.queued}</Table.Th>
          <Table.Th className={css.menu}>
            <VisuallyHidden>{columns.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {peers.map((peer) => (
          <PeerRow key={peer.domain} peer={peer} {...deeds} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

type PeerRowProps = Omit<PeersTableProps, 'peers'> & { readonly peer: FederationPeer };

function PeerRow({ peer, ...deeds }: PeerRowProps) {
  const { domain, queued, failure } = peer;
  const { proofs, tls, tlsInFull } = gatherPeerFacts(peer);
  return (
    <Table.Tr>
      <Table.Td className={css.first}>
        <div className={own.server}>
          <span className={own.domain}>{domain}</span>
          {failure === undefined ? null : (
            <span className={own.failure}>
              {failure.text}{' '}
              <span className={own.at}>
                <Ago iso={failure.at} />
              </span>
            </span>
          )}
        </div>
      </Table.Td>
      <Table.Td>
        <State peer={peer} />
      </Table.Td>
      <Table.Td>
        <div className={own.server} title={tlsInFull.join('\n')}>
          {proofs.map((proof) => (
            <span key={proof} className={own.proof} data-proof={proof}>
              {words.proofs[proof]}
            </span>
          ))}
          <span className={own.note}>{tls.join(', ')}</span>
        </div>
      </Table.Td>
      <Table.Td className={css.number}>{queued === 0 ? null : formatCount(queued)}</Table.Td>
      <Table.Td className={css.menu}>
        <PeerMenu peer={peer} {...deeds} />
      </Table.Td>
    </Table.Tr>
  );
}

function State({ peer }: { readonly peer: FederationPeer }) {
  const { state, nextAttempt } = peer;
  const { direction, since } = gatherPeerFacts(peer);
  return (
    <div className={own.server}>
      {direction === undefined ? (
        <span className={own.away}>{words.states[state]}</span>
      ) : (
        <span className={own.way}>
          <Icon name={arrows[direction]} size={16} />
          {words.directions[direction]}
        </span>
      )}
      {since === undefined ? null : (
        <span className={own.note}>
          <Ago iso={since} />
        </span>
      )}
      {nextAttempt === undefined ? null : (
        <span className={own.note}>
          {words.nextAttempt} <Ago iso={nextAttempt} />
        </span>
      )}
    </div>
  );
}
