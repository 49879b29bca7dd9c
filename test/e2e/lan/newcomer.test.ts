/** A real client on another computer finds the real server by its domain alone, and trusts it by its authority alone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openssl } from '../../certificates/pem-maker.ts';
import { whyNoSlixmpp } from '../slixmpp/slixmpp-client.ts';
import { addAccount, type NewAccount, runSnug } from '../snug-command.ts';
import { type Colleague, OfficeNetwork, whyNoOffice } from './office-network.ts';

const CLI = join(import.meta.dirname, '../../../server/cli.ts');
const NEWCOMER = join(import.meta.dirname, 'newcomer.py');
const reason = whyNoOffice() ?? whyNoSlixmpp() ?? whyNoResolver();
if (reason !== undefined) process.stdout.write(`skipped: slixmpp by a .local name: ${reason}\n`);

/** Why programs here cannot resolve `.local` as a desktop's do. */
function whyNoResolver(): string | undefined {
  const list = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const isThere = /libnss_mdns4_minimal/.test(list.stdout) || existsSync('/usr/lib/libnss_mdns4_minimal.so.2');
  return isThere ? undefined : 'libnss-mdns is not installed';
}

describe.skipIf(reason !== undefined)('a newcomer on the network', { timeout: 60_000 }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'snug-newcomer-'));
  const authority = join(dataDir, 'certificates', 'ca.pem');
  let office: OfficeNetwork;
  let colleague: Colleague;
  let alice: NewAccount;

  beforeAll(async () => {
    office = new OfficeNetwork();
    colleague = await office.addColleague('lan0', '192.168.77', 'listener');
    await serve(dataDir, 'miller.local');
    alice = await addAccount(dataDir, 'alice');
  }, 60_000);

  afterAll(async () => {
    await office?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function serve(directory: string, domain: string, ...settings: readonly string[]) {
    const options = ['window.enabled=false', ...settings].flatMap((setting) => ['--set', setting]);
    const words = ['serve', '--json', '--data', directory, '--domain', domain, ...options];
    const program = office.startOnServer(process.execPath, CLI, ...words);
    await program.line(/"event":"ready"/);
    return program;
  }

  async function connect(caFile: string): Promise<unknown> {
    await expect
      .poll(() => colleague.run('avahi-resolve', '-4', '-n', 'miller.local'), { timeout: 8000 })
      .toContain('\t');
    const program = colleague.start('/usr/bin/python3', '-B', NEWCOMER, alice.jid, alice.password, caFile);
    return JSON.parse(await program.line(/"outcome"/));
  }

  test('reaches the server by the domain of its JID, with the certificate checked against the authority', async () => {
    expect(await connect(authority)).toEqual({
      steps: ['_xmpp-client not found', '_xmpps-client not found', '192.168.77.1'],
      outcome: 'in as alice@miller.local, miller.local',
    });
    expect(await runSnug(dataDir, 'status')).toMatchObject({ problems: [] });
  });

  test('is told by the announcement which authority that is', () => {
    const fingerprint = openssl('x509', '-in', authority, '-noout', '-fingerprint', '-sha256').trim().split('=')[1];
    const browsed = colleague.run('avahi-browse', '--resolve', '--terminate', '--parsable', '_xmpps-client._tcp');
    expect(browsed).toContain(`"fp=${fingerprint?.replaceAll(':', '').toLowerCase()}"`);
    expect(browsed).toContain(';192.168.77.1;5223;');
  });

  test('refuses the server when it trusts another authority', async () => {
    const other = join(dataDir, 'other.pem');
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Other'],
      ...['-keyout', join(dataDir, 'other-key.pem'), '-out', other],
    );
    expect(await connect(other)).toMatchObject({ outcome: expect.stringContaining('certificate refused') });
  });

  test('cannot be deceived about other domains by this authority, even if its key is stolen', () => {
    const path = (name: string) => join(dataDir, name);
    const issuer = ['-CA', authority, '-CAkey', join(dataDir, 'certificates', 'ca-key.pem'), '-CAcreateserial'];
    for (const name of ['bank.example', 'smith.local']) {
      openssl(
        ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`],
        ...['-addext', `subjectAltName=DNS:${name}`, '-keyout', path('thief-key.pem'), '-out', path('thief.csr')],
      );
      openssl(
        'x509',
        '-req',
        '-in',
        path('thief.csr'),
        ...issuer,
        '-copy_extensions',
        'copy',
        '-out',
        path('thief.pem'),
      );
      const verified = spawnSync('openssl', ['verify', '-CAfile', authority, path('thief.pem')], { encoding: 'utf8' });
      expect(verified.status).not.toBe(0);
      expect(verified.stderr).toContain('permitted subtree violation');
    }
    const leaf = join(dataDir, 'certificates', 'leaf.pem');
    expect(openssl('verify', '-CAfile', authority, '-verify_hostname', 'miller.local', leaf)).toContain(': OK');
  });

  test('who chooses a name for a server learns whether somebody here has it, and is offered another', async () => {
    expect(await runSnug(dataDir, 'network', 'probe', 'listener.local')).toEqual({
      outcome: 'taken',
      text: 'Another device on this network (192.168.77.2) is called listener.local already.',
      proposal: 'listener-chat.local',
    });
    expect(await runSnug(dataDir, 'network', 'probe', 'smith.local')).toMatchObject({ outcome: 'free' });
    // Its own name is no obstacle, and asking for it disturbs nobody.
    expect(await runSnug(dataDir, 'network', 'probe', 'miller.local')).toMatchObject({ outcome: 'free' });
    expect(await runSnug(dataDir, 'network')).toMatchObject({
      mdns: { state: 'announced', instance: 'miller' },
      interfaces: [{ name: 'lan0', state: 'announced' }],
      problems: [],
    });
  });

  test('with another address of the server, pages by that address are covered, and chat apps see no change', async () => {
    const stable = openssl('x509', '-in', join(dataDir, 'certificates', 'leaf.pem'), '-noout', '-fingerprint');
    const byAddress = join(dataDir, 'certificates', 'address-leaf.pem');
    const verify = (address: string) =>
      spawnSync('openssl', ['verify', '-CAfile', authority, '-verify_ip', address, byAddress]).status;
    expect(verify('192.168.77.1')).toBe(0);
    expect(verify('192.168.77.9')).not.toBe(0);
    office.ip('addr', 'add', '192.168.77.9/24', 'dev', 'lan0');
    await expect.poll(() => verify('192.168.77.9'), { timeout: 8000 }).toBe(0);
    expect(verify('192.168.77.1')).toBe(0);
    const now = openssl('x509', '-in', join(dataDir, 'certificates', 'leaf.pem'), '-noout', '-fingerprint');
    expect(now).toBe(stable);
  });

  test('whose name was wanted for a second server keeps it, and that server says so', async () => {
    const second = mkdtempSync(join(tmpdir(), 'snug-second-'));
    try {
      const server = await serve(
        second,
        'listener.local',
        'c2s.port=0',
        'c2s.directTlsPort=0',
        'web.port=0',
        'proxy.port=off',
        'join.port=0',
      );
      await expect
        .poll(async () => (await runSnug(second, 'status')).problems, { timeout: 8000 })
        .toMatchObject([
          { code: 'name-taken', text: expect.stringContaining('(192.168.77.2) is called listener.local') },
        ]);
      expect(colleague.run('avahi-resolve', '-4', '-n', 'listener.local')).toBe('listener.local\t192.168.77.2\n');
      await server.end();
    } finally {
      rmSync(second, { recursive: true, force: true });
    }
  });
});
