/** What the table says of another server. */
import { expect, test } from 'vitest';
import { gatherPeerFacts } from '../../renderer/peer-facts.ts';
import type { FederationPeer } from '../../server/control/contract.ts';
import { aLostPeer, aPeer } from '../control/fake-federation.ts';

const [stream] = aPeer.outgoing as readonly [FederationPeer['outgoing'][number]];
const oneWay = { ...stream, isBidirectional: false };

test('two streams that each go one way are both ways, like one that goes both', () => {
  expect(gatherPeerFacts(aPeer).direction).toBe('both');
  expect(gatherPeerFacts({ ...aPeer, outgoing: [oneWay], incoming: [oneWay] }).direction).toBe('both');
  expect(gatherPeerFacts({ ...aPeer, outgoing: [oneWay] }).direction).toBe('out');
  expect(gatherPeerFacts({ ...aPeer, outgoing: [], incoming: [oneWay] }).direction).toBe('in');
  expect(gatherPeerFacts(aLostPeer)).toEqual({
    direction: undefined,
    since: undefined,
    proofs: [],
    tls: [],
    tlsInFull: [],
  });
});

test('the oldest stream says since when, and the weakest proof is not hidden behind a better one', () => {
  const older = { ...oneWay, since: '2026-01-30T12:00:00.000Z', proof: 'dialback', tls: 'TLSv1.2 ECDHE' } as const;
  expect(gatherPeerFacts({ ...aPeer, incoming: [older] })).toMatchObject({
    since: '2026-01-30T12:00:00.000Z',
    proofs: ['certificate', 'dialback'],
    tls: ['TLS 1.3', 'TLS 1.2'],
  });
});
