/** What others say about our certificates: OpenSSL, Node's TLS, and, where they are installed, GnuTLS and Python. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { Certificates } from '../../server/certificates/certificates.ts';
import { generateKeyPem, issueAuthority, issueLeaf } from '../../server/certificates/issue.ts';
import type { TlsIdentity } from '../../server/certificates/tls-identity.ts';
import { openssl, temporaryFolder } from './pem-maker.ts';
import { recordingLog } from './recording-log.ts';

const LONG_DOMAIN = `${'long'.repeat(15)}.${'name'.repeat(15)}.local`;

async function made(domain: string) {
  const folder = temporaryFolder();
  const options = { dataDir: folder, domain, now: Date.now, log: recordingLog().log };
  const { current } = await Certificates.open(options);
  const path = (name: string) => join(folder, 'certificates', name);
  return { folder, identity: current, ca: path('ca.pem'), leaf: path('leaf.pem') };
}

/** A leaf for `leafDomain` under an authority that is for `domain`, which our own code would never make. */
async function foreignLeaf(domain: string, leafDomain: string) {
  const folder = temporaryFolder();
  const nowMs = Date.now();
  const [authorityKey, leafKey] = [await generateKeyPem(), await generateKeyPem()];
  const authority = await issueAuthority({ domain, keyPem: authorityKey, nowMs });
  const issuer = { certificatePem: authority, keyPem: authorityKey, expiresAtMs: nowMs + 1e12 };
  const certificatePem = await issueLeaf({ domain: leafDomain, keyPem: leafKey, nowMs }, issuer);
  const [ca, leaf] = [join(folder, 'ca.pem'), join(folder, 'leaf.pem')];
  writeFileSync(ca, authority);
  writeFileSync(leaf, certificatePem);
  return { ca, leaf, authority, certificatePem, keyPem: leafKey };
}

/** The error with which a client that trusts `ca` and wants `servername` leaves, or `authorized`. */
async function handshake(identity: { certificatePem: string; keyPem: string }, ca: string, servername: string) {
  const server = createServer({ cert: identity.certificatePem, key: identity.keyPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.end();
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve) => {
      const client = connect({ host: '127.0.0.1', port, servername, ca }, () => {
        resolve('authorized');
        client.destroy();
      });
      client.on('error', (error: NodeJS.ErrnoException) =>
        // Node has a code for some of OpenSSL's verdicts only.
        resolve(error.code === undefined || error.code === 'UNSPECIFIED' ? error.message : error.code),
      );
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function verify(ca: string, leaf: string, ...more: readonly string[]): string {
  const run = spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', ca, ...more, leaf], { encoding: 'utf8' });
  return `${run.stdout}${run.stderr}`;
}

describe('OpenSSL', () => {
  test.each(['miller.local', 'müller.local', LONG_DOMAIN])(
    'accepts the chain for %s, for servers and clients',
    async (domain) => {
      const { ca, leaf, identity } = await made(domain);
      const host = new URL(`xmpp://${domain}`).hostname.replace('m%C3%BCller', 'xn--mller-kva');
      for (const name of [host, `rooms.${host}`]) {
        expect(verify(ca, leaf, '-purpose', 'sslserver', '-verify_hostname', name)).toContain(': OK');
      }
      expect(verify(ca, leaf, '-purpose', 'sslclient')).toContain(': OK');
      expect(verify(ca, leaf, '-verify_hostname', 'other.local')).toContain('hostname mismatch');
      expect(identity.source).toBe('local-ca');
    },
  );

  test('shows the fields of the authority that limit what it can do', async () => {
    const { ca } = await made('miller.local');
    const text = openssl('x509', '-in', ca, '-noout', '-text').replaceAll(/\n +/g, '\n');
    expect(text).toContain('Subject: CN = Snug CA for miller.local\n');
    expect(text).toContain('X509v3 Basic Constraints: critical\nCA:TRUE, pathlen:0\n');
    expect(text).toContain('X509v3 Key Usage: critical\nCertificate Sign, CRL Sign\n');
    expect(text).toContain(
      'X509v3 Name Constraints: critical\nPermitted:\nDNS:miller.local\nemail:miller.local\nIP:10.0.0.0/',
    );
    expect(text).toContain('X509v3 Subject Key Identifier:');
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
  });

  test('shows the names and purposes of the leaf, and no address', async () => {
    const { leaf } = await made('müller.local');
    const text = openssl('x509', '-in', leaf, '-noout', '-text', '-nameopt', 'utf8').replaceAll(/\n +/g, '\n');
    expect(text).toContain('Issuer: CN=Snug CA for müller.local\n');
    expect(text).toContain('Subject: CN=xn--mller-kva.local\n');
    expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication\n');
    expect(text).toContain('ASN1 OID: prime256v1\n');
    const names = /X509v3 Subject Alternative Name: \n(.+)/.exec(text)?.[1];
    expect(names?.replaceAll('::', ':')).toBe(
      'DNS:xn--mller-kva.local, DNS:rooms.xn--mller-kva.local, ' +
        'othername: XmppAddr:müller.local, othername: XmppAddr:rooms.müller.local, ' +
        'othername: SRVName:_xmpp-client.xn--mller-kva.local, othername: SRVName:_xmpp-server.xn--mller-kva.local',
    );
    const keyIdentifier = /Authority Key Identifier: \n(?:keyid:)?([0-9A-F:]+)/.exec(text)?.[1];
    expect(keyIdentifier).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
    expect(/Serial Number:\s+([0-9a-f:]+)/.exec(text)?.[1]).toMatch(/^[4-7][0-9a-f](:[0-9a-f]{2}){15}$/);
  });

  test('lets the authority vouch for no other domain', async () => {
    for (const domain of ['example.org', 'notmiller.local', 'local']) {
      const { ca, leaf } = await foreignLeaf('miller.local', domain);
      expect(verify(ca, leaf)).toContain('permitted subtree violation');
    }
  });

  test.each([
    ['192.168.1.10', ': OK'],
    ['fd00::1', ': OK'],
    ['fe80::1', ': OK'],
    ['172.32.0.1', 'permitted subtree violation'],
    ['8.8.8.8', 'permitted subtree violation'],
    ['2001:db8::1', 'permitted subtree violation'],
  ])('lets the authority vouch for %s: %s', async (address, verdict) => {
    const { folder, ca, leaf } = await made('miller.local');
    const request = join(folder, 'request.csr');
    const extensions = join(folder, 'extensions');
    writeFileSync(extensions, `subjectAltName=IP:${address}\n`);
    const key = leaf.replace('leaf.pem', 'leaf-key.pem');
    const configuration = join(folder, 'openssl.cnf');
    writeFileSync(configuration, '[req]\ndistinguished_name = subject\n[subject]\n');
    openssl('req', '-new', '-config', configuration, '-subj', '/O=page', '-key', key, '-out', request);
    const signed = join(folder, 'address.pem');
    const signer = ['-CA', ca, '-CAkey', ca.replace('ca.pem', 'ca-key.pem')];
    openssl('x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', signed);
    const run = spawnSync('openssl', ['verify', '-CAfile', ca, signed], { encoding: 'utf8' });
    expect(`${run.stdout}${run.stderr}`).toContain(verdict);
  });
});

describe('a TLS client', () => {
  test('that trusts the authority gets in by the domain and the rooms, and by no other name', async () => {
    const { identity } = await made('miller.local');
    const ca = identity.caPem ?? '';
    expect(await handshake(identity, ca, 'miller.local')).toBe('authorized');
    expect(await handshake(identity, ca, 'rooms.miller.local')).toBe('authorized');
    expect(await handshake(identity, ca, 'other.local')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('that trusts another authority stays out', async () => {
    const [one, other] = [await made('miller.local'), await made('miller.local')];
    expect(await handshake(one.identity, other.identity.caPem ?? '', 'miller.local')).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });

  test('that trusts the authority refuses what it signed for another domain', async () => {
    const foreign = await foreignLeaf('miller.local', 'example.org');
    expect(await handshake(foreign, foreign.authority, 'example.org')).toBe('permitted subtree violation');
  });
});

const hasCerttool = spawnSync('certtool', ['--version']).error === undefined;
const hasPython = spawnSync('python3', ['-c', 'import ssl']).status === 0;

describe('other TLS libraries', () => {
  test.skipIf(!hasCerttool)(
    'GnuTLS accepts our domain and refuses another (needs certtool from gnutls-bin)',
    async () => {
      const certtool = (ca: string, leaf: string, host: string) =>
        spawnSync(
          'certtool',
          [
            '--verify',
            '--verify-hostname',
            host,
            '--verify-purpose',
            '1.3.6.1.5.5.7.3.1',
            '--load-ca-certificate',
            ca,
            '--infile',
            leaf,
          ],
          { encoding: 'utf8' },
        ).stdout;
      const own = await made('miller.local');
      expect(certtool(own.ca, own.leaf, 'miller.local')).toContain('Verified. The certificate is trusted.');
      const foreign = await foreignLeaf('miller.local', 'example.org');
      expect(certtool(foreign.ca, foreign.leaf, 'example.org')).toContain('violates the signer');
    },
  );

  test.skipIf(!hasPython)('Python accepts the chain in its strict mode, which newer versions default to', async () => {
    const check = (identity: TlsIdentity, name: string) => {
      const script = [
        'import ssl, sys',
        'ca, cert, key, name = sys.argv[1:]',
        'incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()',
        'client = ssl.create_default_context(cadata=ca)',
        'client.verify_flags |= ssl.VERIFY_X509_STRICT',
        'c = client.wrap_bio(incoming, outgoing, server_hostname=name)',
        'server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)',
        'server.load_cert_chain(cert, key)',
        's = server.wrap_bio(outgoing, incoming, server_side=True)',
        'for side in (c, s, c, s):',
        '  try: side.do_handshake()',
        '  except ssl.SSLWantReadError: pass',
        '  except ssl.SSLCertVerificationError as error: sys.exit(print(error.verify_message))',
        'print(c.version())',
      ].join('\n');
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'cert'), identity.certificatePem);
      writeFileSync(join(folder, 'key'), identity.keyPem);
      const parameters = ['-c', script, identity.caPem ?? '', join(folder, 'cert'), join(folder, 'key'), name];
      return execFileSync('python3', parameters, { encoding: 'utf8' }).trim();
    };
    const { identity } = await made('miller.local');
    expect(check(identity, 'miller.local')).toBe('TLSv1.3');
    expect(check(identity, 'other.local')).toContain('Hostname mismatch');
  });
});
