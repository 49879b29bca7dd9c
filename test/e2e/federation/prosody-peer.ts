/** Debian's Prosody, as it comes, with a configuration of the test's own. */
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Peer, type PeerOptions, PeerProcess } from './peer.ts';

const PROSODY = '/usr/bin/prosody';
/** Without it Prosody asks only the DNS servers of /etc/resolv.conf, at port 53. */
const UNBOUND_FOR_LUA = '/usr/lib/*/lua/5.4/lunbound.so';

/** Why it cannot be started here. */
export function whyNoProsody(): string | undefined {
  if (!existsSync(PROSODY)) return 'Prosody is not installed';
  return globSync(UNBOUND_FOR_LUA).length === 0 ? 'lua-unbound is not installed' : undefined;
}

const CONFIG = ({ domain, ports, proof, dns, folder }: PeerOptions) => `
run_as_root = true
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
interfaces = { "127.0.0.1" }
c2s_ports = { }
c2s_direct_tls_ports = { ${ports.c2sTls} }
s2s_ports = { ${ports.s2s} }
s2s_direct_tls_ports = { ${ports.s2sTls} }
http_ports = { }
https_ports = { ${ports.web} }
use_ipv6 = false
unbound = {
  resolvconf = false; hoststxt = false;
  forward = { "${dns.replace(':', '@')}" };
  options = { ["do-not-query-localhost:"] = "no" };
}
modules_enabled = {
  "roster"; "saslauth"; "tls"; "disco"; "pep"; "ping"; "smacks"; "register_ibr"; "carbons"; "offline";
  ${proof === 'certificate' ? '"s2s_auth_certs"; "s2s_bidi"' : '"dialback"'};
}
modules_disabled = { "admin_shell" }
authentication = "internal_hashed"
password_hash = "SHA-256"
allow_registration = true
s2s_secure_auth = ${proof === 'certificate'}
log = { { levels = { min = "debug" }, to = "file", filename = "${folder}/prosody.log" } }
ssl = {
  certificate = "${folder}/cert.pem"; key = "${folder}/key.pem";
  ${proof === 'certificate' ? `cafile = "${folder}/ca.pem";` : ''}
}

VirtualHost "${domain}"
Component "rooms.${domain}" "muc"
Component "upload.${domain}" "http_file_share"
`;

export async function startProsody(options: PeerOptions): Promise<Peer> {
  mkdirSync(join(options.folder, 'data'));
  const config = join(options.folder, 'prosody.cfg.lua');
  writeFileSync(config, CONFIG(options));
  return await PeerProcess.start(options, [PROSODY, '-F', '--config', config], { cwd: options.folder });
}
