/** Routers on the loopback: one that speaks NAT-PMP, and one that speaks UPnP. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class NatPmpRouter {
  readonly mapped = new Map<number, number>();
  /** What its questions are answered with; 0 is success. */
  result = 0;
  /** Requests that it lets fall. */
  deafFor = 0;
  externalAddress = '198.51.100.7';
  /** Ports that it gives away otherwise. */
  readonly taken = new Set<number>();
  lifetimeSeconds = 3_600;
  readonly #socket: Socket;

  static async start(): Promise<NatPmpRouter> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new NatPmpRouter(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (request, from) => {
      if (this.deafFor-- > 0) return;
      socket.send(this.#answer(request), from.port, from.address);
    });
  }

  get port(): number {
    return (this.#socket.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #answer(request: Buffer): Buffer {
    const operation = request.readUInt8(1);
    // RFC 6886 section 3.5: another version, and so PCP.
    if (request.readUInt8(0) !== 0) return Buffer.of(0, 128 + operation, 0, 1, 0, 0, 0, 0);
    const answer = Buffer.alloc(operation === 0 ? 12 : 16);
    answer.writeUInt8(128 + operation, 1);
    answer.writeUInt16BE(this.result, 2);
    if (operation === 0) {
      answer.set(this.externalAddress.split('.').map(Number), 8);
      return answer;
    }
    const [internal, wanted, lifetime] = [request.readUInt16BE(4), request.readUInt16BE(6), request.readUInt32BE(8)];
    const given = this.taken.has(wanted) ? wanted + 1 : wanted;
    if (this.result === 0) {
      if (lifetime === 0) this.mapped.delete(internal);
      else this.mapped.set(internal, given);
    }
    answer.writeUInt16BE(internal, 8);
    answer.writeUInt16BE(given, 10);
    answer.writeUInt32BE(lifetime === 0 ? 0 : this.lifetimeSeconds, 12);
    return answer;
  }
}

interface Entry {
  readonly client: string;
  readonly internalPort: string;
  readonly lease: string;
  readonly description?: string;
}

export class UpnpRouter {
  readonly entries = new Map<string, Entry>();
  /** An error for each action that shall fail. */
  readonly faults = new Map<string, number>();
  externalAddress = '198.51.100.7';
  /** As some routers: leases have no end. */
  isPermanentOnly = false;
  serviceType = 'urn:schemas-upnp-org:service:WANIPConnection:1';
  /** What it names as the place of its description; its own by default. */
  location: string | undefined;
  readonly #ssdp: Socket;
  readonly #http: Server;

  static async start(): Promise<UpnpRouter> {
    const ssdp = createSocket('udp4').bind(0, '127.0.0.1');
    const http = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(ssdp, 'listening'), once(http, 'listening')]);
    return new UpnpRouter(ssdp, http);
  }

  private constructor(ssdp: Socket, http: Server) {
    this.#ssdp = ssdp;
    this.#http = http;
    ssdp.on('message', (question, from) => {
      if (!question.toString().startsWith('M-SEARCH * HTTP/1.1\r\n')) return;
      const location = this.location ?? `http://127.0.0.1:${this.#httpPort}/root.xml`;
      ssdp.send(
        `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nLOCATION: ${location}\r\n\r\n`,
        from.port,
        from.address,
      );
    });
    http.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [status, body] =
          request.method === 'GET' ? [200, this.#description()] : this.#act(Buffer.concat(chunks).toString());
        response.writeHead(status, { 'Content-Type': 'text/xml' }).end(body);
      });
    });
  }

  get ssdp(): { readonly address: string; readonly port: number } {
    return { address: '127.0.0.1', port: (this.#ssdp.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    this.#ssdp.close();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  get #httpPort(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  #description(): string {
    return `<?xml version="1.0"?><root><device><deviceList><device><serviceList>
      <service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/l3f</controlURL></service>
      <service><serviceType>${this.serviceType}</serviceType><controlURL>/ctl/wan?a=1&amp;b=2</controlURL></service>
    </serviceList></device></deviceList></device></root>`;
  }

  #act(body: string): [number, string] {
    const action = /<u:(\w+) xmlns:u="([^"]+)"/.exec(body)?.[1] ?? '';
    const value = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '';
    const port = value('NewExternalPort');
    const fault = this.faults.get(action) ?? this.#faultOf(action, port, value('NewLeaseDuration'));
    if (fault !== undefined)
      return [
        500,
        `<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>${fault}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>`,
      ];
    let inside = '';
    if (action === 'GetExternalIPAddress')
      inside = `<NewExternalIPAddress>${this.externalAddress}</NewExternalIPAddress>`;
    if (action === 'GetSpecificPortMappingEntry') inside = this.#entryText(port);
    if (action === 'AddPortMapping')
      this.entries.set(port, {
        client: value('NewInternalClient'),
        internalPort: value('NewInternalPort'),
        lease: value('NewLeaseDuration'),
        description: value('NewPortMappingDescription'),
      });
    if (action === 'DeletePortMapping') this.entries.delete(port);
    return [200, `<s:Envelope><s:Body><u:${action}Response>${inside}</u:${action}Response></s:Body></s:Envelope>`];
  }

  #entryText(port: string): string {
    const { client, internalPort, lease, description = '' } = this.entries.get(port) ?? {};
    return `<NewInternalPort>${internalPort}</NewInternalPort><NewInternalClient>${client}</NewInternalClient>
      <NewEnabled>1</NewEnabled><NewPortMappingDescription>${description}</NewPortMappingDescription>
      <NewLeaseDuration>${lease}</NewLeaseDuration>`;
  }

  #faultOf(action: string, port: string, lease: string): number | undefined {
    const isMissing = !this.entries.has(port);
    if (isMissing && (action === 'GetSpecificPortMappingEntry' || action === 'DeletePortMapping')) return 714;
    return action === 'AddPortMapping' && this.isPermanentOnly && lease !== '0' ? 725 : undefined;
  }
}
