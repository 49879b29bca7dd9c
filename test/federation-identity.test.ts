/** What passes between servers in the TLS handshake, with the certificate that this one shows. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type ConnectionOptions, connect, type SecureVersion } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TlsIdentity } from '../server/certificates/tls-identity.ts';
import { LinkTransport } from '../server/federation/links/link-transport.ts';
import { ServerIdentity } from '../server/federation-identity.ts';
import { createLogger } from '../server/log/log.ts';
import { keyPem, make, makeAuthority } from './federation/trust/authority.ts';

let listening: Server;
let client: ConnectionOptions;
/** The names of the certificates that each peer showed. */
const shown: string[][] = [];

beforeAll(async () => {
  const authority = await makeAuthority('Authority');
  const certified = async (name: string) => {
    const made = await make({ name, issuer: authority, names: { dns: [name] } });
    const chain = [made, authority].map(({ certificate }) => certificate.toString()).join('\n');
    return { certificatePem: chain, keyPem: await keyPem(made) };
  };
  const ours: TlsIdentity = {
    ...(await certified('ours.example')),
    fingerprintSha256: '',
    expiresAt: new Date(),
    source: 'files',
  };
  const identity = new ServerIdentity({
    certificate: () => ours,
    trustPath: () => '',
    log: createLogger('silent', { write: () => undefined }),
  });
  listening = createServer((socket) => {
    const transport = new LinkTransport({ socket, role: 'server', identity: () => identity.link });
    transport.events = {
      received: () => transport.write('x'),
      ended: () => transport.destroy(),
      closed: () => undefined,
      secured: () => {
        const { chain = [] } = transport.certificate ?? {};
        shown.push(chain.map(({ subject }) => subject));
      },
    };
    transport.startTls();
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const { certificatePem: cert, keyPem: key } = await certified('theirs.example');
  client = { host: '127.0.0.1', port, cert, key, rejectUnauthorized: false };
});
afterAll(() => {
  listening.close();
});

async function visit(options: ConnectionOptions): Promise<{ session: Buffer | undefined; isResumed: boolean }> {
  const socket = connect({ ...client, ...options });
  let session: Buffer | undefined;
  socket.on('session', (offered: Buffer) => {
    session = offered;
  });
  socket.write('x');
  await once(socket, 'data'); // TLS 1.3 sends its tickets before that
  const isResumed = socket.isSessionReused();
  socket.destroy();
  return { session, isResumed };
}

// A resumed session has no chain, and nothing could be judged.
test.for<SecureVersion>(['TLSv1.2', 'TLSv1.3'])(
  'a server that comes again shows its whole certificate again (%s)',
  async (version) => {
    const options = { minVersion: version, maxVersion: version };
    shown.length = 0;
    const { session } = await visit(options);
    const { isResumed } = await visit({ ...options, ...(session && { session }) });
    expect(isResumed).toBe(false);
    const chain = ['CN=theirs.example', 'CN=Authority'];
    expect(shown).toEqual([chain, chain]);
  },
);
