/** Addresses of STUN and TURN servers (RFC 7064, RFC 7065), as they are written in a setting. */

export interface ExternalService {
  readonly type: 'stun' | 'stuns' | 'turn' | 'turns';
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}

const URI =
  /^(?<type>stuns?|turns?):(?:\[(?<v6>[0-9a-f:.]+)\]|(?<host>[a-z0-9.-]+))(?::(?<port>\d{1,5}))?(?:\?transport=(?<transport>udp|tcp))?$/i;
const PORT = 3478;
const TLS_PORT = 5349;

/** Undefined when it is no such address. */
export function parseServiceUri(uri: string): ExternalService | undefined {
  const groups = URI.exec(uri.trim())?.groups;
  if (groups === undefined) return undefined;
  const type = (groups.type ?? '').toLowerCase() as ExternalService['type'];
  const isTls = type.endsWith('s');
  const port = groups.port === undefined ? (isTls ? TLS_PORT : PORT) : Number(groups.port);
  if (port < 1 || port > 65_535) return undefined;
  const transport = groups.transport?.toLowerCase() ?? (isTls ? 'tcp' : 'udp');
  return {
    type,
    host: (groups.v6 ?? groups.host ?? '').toLowerCase(),
    port,
    transport: transport === 'tcp' ? 'tcp' : 'udp',
  };
}
