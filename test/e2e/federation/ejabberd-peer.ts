/**
 * Debian's ejabberd, as it comes, with a configuration of the test's own. It is started without a node name, so that it
 * needs no epmd and nothing listens but what is configured here. It asks DNS for SRV records only, and the system for
 * addresses; so it sees a table of hosts of its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Peer, type PeerOptions, PeerProcess } from './peer.ts';

const ERL = '/usr/bin/erl';
const library = () => globSync('/usr/lib/*/ejabberd-*/ebin/ejabberd.app')[0];

/** Why it cannot be started here. */
export function whyNoEjabberd(): string | undefined {
  if (library() === undefined || !existsSync(ERL)) return 'ejabberd is not installed';
  const { status } = spawnSync('unshare', ['--mount', 'true']);
  return status === 0 ? undefined : 'another table of hosts for ejabberd needs root';
}

const CONFIG = ({ domain, ports, proof, folder }: PeerOptions) => `
loglevel: debug
hosts:
  - ${domain}
certfiles:
  - "${folder}/both.pem"
${proof === 'certificate' ? `ca_file: "${folder}/ca.pem"` : ''}
s2s_use_starttls: required
outgoing_s2s_families:
  - ipv4
listen:
  - { port: ${ports.c2sTls}, ip: "127.0.0.1", module: ejabberd_c2s, tls: true, access: all, shaper: none }
  - { port: ${ports.s2s}, ip: "127.0.0.1", module: ejabberd_s2s_in, shaper: none }
  - { port: ${ports.s2sTls}, ip: "127.0.0.1", module: ejabberd_s2s_in, tls: true, shaper: none }
  - port: ${ports.web}
    ip: "127.0.0.1"
    module: ejabberd_http
    tls: true
    request_handlers:
      /upload: mod_http_upload
auth_method: internal
auth_password_format: scram
auth_scram_hash: sha256
registration_timeout: infinity
default_db: mnesia
modules:
  mod_caps: {}
  mod_carboncopy: {}
  mod_disco: {}
  mod_http_upload:
    host: "upload.@HOST@"
    docroot: "${folder}/upload"
    access: all
    put_url: "https://@HOST@:${ports.web}/upload"
  mod_muc:
    host: "rooms.@HOST@"
    access_create: all
  mod_offline: {}
  mod_ping: {}
  mod_pubsub:
    plugins:
      - flat
      - pep
  mod_register:
    access: all
    ip_access: all
  mod_roster: {}
  ${proof === 'dialback' ? 'mod_s2s_dialback: {}' : ''}
  mod_stream_mgmt: {}
`;

/** Erlang's own way of naming DNS servers. They stand last: whatever sets `resolv_conf` forgets those before it. */
const INETRC = (dns: string) => {
  const [address = '', port = ''] = dns.split(':');
  return `{resolv_conf, ""}.\n{hosts_file, ""}.\n{lookup, [dns]}.\n{nameserver, {${address.replaceAll('.', ',')}}, ${port}}.\n`;
};

export async function startEjabberd(options: PeerOptions): Promise<Peer> {
  const { folder } = options;
  const file = (name: string) => join(folder, name);
  mkdirSync(file('data'));
  mkdirSync(file('upload'));
  writeFileSync(file('ejabberd.yml'), CONFIG(options));
  writeFileSync(file('inetrc'), INETRC(options.dns));
  writeFileSync(file('hosts'), ['localhost', ...options.hosts].map((host) => `127.0.0.1 ${host}\n`).join(''));
  const env = {
    ...process.env,
    EJABBERD_CONFIG_PATH: file('ejabberd.yml'),
    EJABBERD_LOG_PATH: file('ejabberd.log'),
    ERL_CRASH_DUMP: file('erl_crash.dump'),
    ERL_INETRC: file('inetrc'),
    ERL_LIBS: dirname(dirname(dirname(library() ?? ''))),
    ERL_MAX_PORTS: '32000',
    HOME: folder,
  };
  const erl = [ERL, '+K', 'true', '-noinput', '-mnesia', 'dir', `"${file('data')}"`, '-s', 'ejabberd'];
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  const command = ['unshare', '--mount', 'sh', '-c', script, file('hosts'), ...erl];
  return await PeerProcess.start(options, command, { cwd: folder, env });
}
