/**
 * For testssl.sh before 3.2, which speaks XMPP as a client only: a way to a port for servers on which the namespace of
 * the stream becomes theirs (RFC 6120 section 4.8.2). Behind STARTTLS everything passes as it is.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export class AsServer implements AsyncDisposable {
  readonly port: number;
  readonly #close: () => void;

  private constructor(port: number, close: () => void) {
    this.port = port;
    this.#close = close;
  }

  static async to(port: number): Promise<AsServer> {
    const sockets = new Set<Socket>();
    const keep = (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined); // the scanner hangs up at will
      return socket;
    };
    const server = createServer((scanner) => {
      const target = connect(port, '127.0.0.1');
      keep(scanner).pipe(asServer()).pipe(keep(target)).pipe(scanner);
      scanner.on('close', () => target.destroy());
      target.on('close', () => scanner.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new AsServer((server.address() as AddressInfo).port, () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await Promise.resolve();
  }
}

function asServer(): Transform {
  let isPlain = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1');
      const out = isPlain ? Buffer.from(text.replaceAll('jabber:client', 'jabber:server'), 'latin1') : chunk;
      if (text.includes('<starttls')) isPlain = false;
      done(null, out);
    },
  });
}
