/** What is said of federation in the list of problems. */
import { expect, test } from 'vitest';
import type { TlsIdentity } from '../server/certificates/tls-identity.ts';
import type { FederationStatus } from '../server/federation/federation-options.ts';
import { federationProblems } from '../server/federation-problems.ts';

const ON: FederationStatus = {
  state: 'on',
  isEnabled: true,
  obstacle: undefined,
  failure: undefined,
  ports: { s2s: 5269, s2sTls: 5270 },
};
const OWN = { source: 'local-ca', certificatePem: '' } as TlsIdentity;

const codes = (status: Partial<FederationStatus>, domain = 'miller.example', trustFault?: string) =>
  federationProblems({ status: { ...ON, ...status }, domain, certificate: OWN, trustFault }).map(({ code }) => code);

test('a certificate of one’s own making is one, except among paired servers of a local network', () => {
  expect(codes({})).toEqual(['federation-certificate-local']);
  expect(codes({}, 'miller.local')).toEqual([]);
});

test('a port that cannot be had, ports that are switched off, and authorities that cannot be read are others', () => {
  expect(codes({ state: 'off', failure: 'Port 5269 is in use.' })).toEqual(['federation-port']);
  expect(codes({ ports: { s2s: null, s2sTls: null } }, 'miller.local')).toEqual(['federation-no-port']);
  expect(codes({}, 'miller.local', 'It cannot be read.')).toEqual(['federation-trust']);
});

test('nothing is wrong with what nobody wants', () => {
  expect(codes({ isEnabled: false, state: 'off' })).toEqual([]);
  expect(codes({ obstacle: 'Needs a domain of your own.', state: 'off' })).toEqual([]);
});
