/**
 * Debian's ejabberd, as it comes, with a configuration of the test's own. It is started without a node name, so that it
 * needs no epmd and nothing listens but what is configured here.
 */
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Peer, type PeerOptions, PeerProcess } from './peer.ts';

const ERL = '/usr/bin/erl';
const library = () => globSync('/usr/lib/*/ejabberd-*/ebin/ejabberd.app')[0];

/** Why it cannot be started here. */
export function whyNoEjabberd(): string | undefined {
  return library() === undefined || !existsSync(ERL) ? 'ejabberd is not installed' : undefined;
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

/** Erlang's own way of naming DNS servers. */
const INETRC = (dns: string) => {
  const [address = '', port = ''] = dns.split(':');
  return `{lookup, [dns]}.\n{nameserver, {${address.replaceAll('.', ',')}}, ${port}}.\n{resolv_conf, ""}.\n{hosts_file, ""}.\n`;
};

export async function startEjabberd(options: PeerOptions): Promise<Peer> {
  const { folder } = options;
  const file = (name: string) => join(folder, name);
  mkdirSync(file('data'));
  mkdirSync(file('upload'));
  writeFileSync(file('ejabberd.yml'), CONFIG(options));
  writeFileSync(file('inetrc'), INETRC(options.dns));
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
  const command = [ERL, '+K', 'true', '-noinput', '-mnesia', 'dir', `"${file('data')}"`, '-s', 'ejabberd'];
  return await PeerProcess.start(options, command, { cwd: folder, env });
}
