/** The links with a server that others wrote: Debian's Prosody, on loopback, its DNS replaced by a table. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../free-port.ts';
import { identityOf, type LinkedServer, Network } from './linked-servers.ts';

const PROSODY = '/usr/bin/prosody';

/** Prosody asks this in place of DNS. */
const RESOLVER = (port: number) => `
local manual = require "net.resolvers.manual";
require "net.resolvers.service".new = function (_, _, conn_type, extra)
  return manual.new({ { conn_type, "127.0.0.1", ${port} } }, conn_type, extra);
end
`;

const CONFIG = (folder: string, port: number, modules: string, isSecure: boolean) => `
run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
plugin_paths = { "${folder}/plugins" }
modules_enabled = { "s2s"; "tls"; "saslauth"; "disco"; "ping"; "test_resolver"; ${modules} }
modules_disabled = { "c2s"; "http"; "admin_shell" }
interfaces = { "127.0.0.1" }
c2s_ports = { }
c2s_direct_tls_ports = { }
s2s_ports = { ${port} }
s2s_secure_auth = ${isSecure}
log = { { levels = { min = "debug" }, to = "file", filename = "${folder}/log" } }
ssl = { certificate = "${folder}/cert.pem", key = "${folder}/key.pem", cafile = "${folder}/ca.pem" }
VirtualHost "capulet.example"
`;

async function answers(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20)); // it says nowhere else that it is there
  }
}

interface Meeting {
  readonly modules: readonly string[];
  /** Whether Prosody wants a certificate that it trusts. */
  readonly isSecure: boolean;
  readonly trusts: boolean;
}

async function meetProsody({ modules, isSecure, trusts }: Meeting): Promise<{ ours: LinkedServer; log: string }> {
  const network = new Network();
  const ours = await network.server({ domain: 'montague.example', trusts: () => trusts });
  const folder = mkdtempSync(join(tmpdir(), 'snug-prosody-'));
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'plugins'));
  const theirs = await identityOf('capulet.example');
  const { authorityPem } = await identityOf(isSecure ? 'montague.example' : 'capulet.example');
  writeFileSync(join(folder, 'cert.pem'), String(theirs.options.cert));
  writeFileSync(join(folder, 'key.pem'), String(theirs.options.key));
  writeFileSync(join(folder, 'ca.pem'), authorityPem);
  writeFileSync(join(folder, 'plugins', 'mod_test_resolver.lua'), RESOLVER(ours.port));
  const port = await freePort();
  const names = modules.map((name) => `"${name}";`).join(' ');
  writeFileSync(join(folder, 'config.lua'), CONFIG(folder, port, names, isSecure));
  const child: ChildProcess = spawn(PROSODY, ['--config', join(folder, 'config.lua')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    await network.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await answers(port);
  network.name('capulet.example', port);
  return { ours, log: join(folder, 'log') };
}

const MEETINGS: readonly (readonly [string, Meeting])[] = [
  ['dialback', { modules: ['dialback'], isSecure: false, trusts: false }],
  ['dialback on streams in both directions', { modules: ['dialback', 's2s_bidi'], isSecure: false, trusts: false }],
  ['certificates', { modules: ['s2s_auth_certs', 'smacks'], isSecure: true, trusts: true }],
  ['certificates on one stream', { modules: ['s2s_auth_certs', 'smacks', 's2s_bidi'], isSecure: true, trusts: true }],
];

test.for(MEETINGS)('Prosody answers a ping over %s', { timeout: 20_000 }, async ([, meeting], { skip }) => {
  if (!existsSync(PROSODY)) skip('Prosody is not installed');
  const { ours } = await meetProsody(meeting);
  for (const id of ['first', 'second']) {
    ours.send(
      `<iq from='romeo@montague.example/o' to='capulet.example' type='get' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    const answer = await Promise.race([ours.received.next(), ours.returned.next()]);
    expect('error' in answer ? answer.error : answer).toMatchObject({
      kind: 'iq',
      type: 'result',
      id,
      from: { full: 'capulet.example' },
      to: { full: 'romeo@montague.example/o' },
    });
  }
  const [summary] = ours.links.summaries;
  const isByCertificate = meeting.isSecure;
  expect(summary?.lastFailure).toBeUndefined();
  expect(summary?.outgoing[0]?.ownProof).toBe(isByCertificate ? 'certificate' : 'dialback');
  expect(ours.origins[0]?.proof.by).toBe(isByCertificate ? 'certificate' : 'dialback');
  expect(summary?.outgoing[0]?.isBidirectional).toBe(meeting.modules.includes('s2s_bidi'));
  // Prosody offers it after EXTERNAL only, and never resumes.
  const isManaged = isByCertificate && meeting.modules.includes('smacks');
  expect(summary?.outgoing[0]?.streamManagement).toBe(isManaged ? 'on' : 'off');
  await ours.delivered.next();
  await ours.delivered.next();
  expect(ours.links.summaries[0]?.queuedStanzas).toBe(0);
});
