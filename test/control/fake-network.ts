/** Network and trust of the fake servers: a household in which everything is as it should be. */
import type { NetworkSummary, TrustSummary } from '../../server/control/contract.ts';

const FINGERPRINT = '7C:01:5E:B2:44:9A:D0:13:88:2F:6B:E7:95:30:CA:1D:F4:62:0B:A9:57:DE:81:3C:70:96:4E:E5:2A:BF:08:D3';
export const WORDS = 'lab april prosper matrix public antenna';

export const aNetwork: NetworkSummary = {
  domain: 'miller.local',
  rooms: 'rooms.miller.local',
  hostName: 'miller.local',
  addresses: ['192.168.1.5', 'fd12:3456:789a:1::5'],
  ports: [
    { purpose: 'c2s', port: 5222, address: '::', wanted: 5222 },
    { purpose: 'c2sTls', port: 5223, address: '::', wanted: 5223 },
    { purpose: 'join', port: 41_077, address: '::', wanted: 5280, holder: 'prosody' },
    { purpose: 'web', port: 5281, address: '::', wanted: 5281 },
    { purpose: 'proxy', port: 5283, address: '::', wanted: 5283 },
    { purpose: 'components', port: null, address: '127.0.0.1', wanted: 5347 },
    { purpose: 'window', port: null, address: '127.0.0.1', wanted: null },
  ],
  interfaces: [
    { name: 'enp3s0', addresses: ['192.168.1.5', 'fd12:3456:789a:1::5'], state: 'announced' },
    { name: 'wlp2s0', addresses: ['192.168.1.77'], state: 'same-network' },
    { name: 'docker0', addresses: ['172.17.0.1'], state: 'virtual' },
    { name: 'wg0', addresses: ['10.66.0.2'], state: 'virtual' },
  ],
  mdns: {
    isOn: true,
    state: 'announced',
    instance: 'miller',
    services: [
      { type: '_xmpp-client._tcp', port: 5222 },
      { type: '_xmpps-client._tcp', port: 5223 },
    ],
    text: { txtvers: '1', domain: 'miller.local', join: 'http://192.168.1.5:41077/join' },
  },
  problems: [],
  joinPage: 'http://192.168.1.5:41077/join',
};

export const aTrust: TrustSummary = {
  domain: 'miller.local',
  source: 'local-ca',
  certificate: {
    fingerprint: '3F:9A:1C:77:E2:04:5B:D8:90:6E:21:AF:C3:58:74:0D:B6:EE:12:49:8A:F0:3D:95:67:2B:CC:81:5E:A4:D9:10',
    expiresAt: '2027-02-18T09:00:00.000Z',
  },
  authority: {
    name: 'Snug CA for miller.local',
    fingerprint: FINGERPRINT,
    words: WORDS,
    expiresAt: '2036-01-12T09:00:00.000Z',
    pem: '-----BEGIN CERTIFICATE-----\nMIIBfake\n-----END CERTIFICATE-----\n',
    file: '/home/anna/.local/share/snug/certificates/ca.pem',
  },
  page: 'http://192.168.1.5:41077/trust',
  here: {
    places: [
      { name: 'Chromium, Chrome and Edge', isTrusted: false },
      { name: 'Firefox (default-release)', isTrusted: false },
    ],
    hint: 'Apps such as Dino ask the list of the whole system, which only an administrator can change, with this command.',
    command:
      'sudo install -m 644 /home/anna/.local/share/snug/certificates/ca.pem /usr/local/share/ca-certificates/snug.crt',
  },
};
