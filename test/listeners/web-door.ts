/** A scene whose server can be reached over HTTPS on loopback: by WebSocket and BOSH, with real TLS. */
import { TLSSocket } from 'node:tls';
import { generateKeyPem, issueAuthority, issueLeaf } from '../../server/certificates/issue.ts';
import { createBosh } from '../../server/listeners/bosh/bosh.ts';
import { openSecured } from '../../server/listeners/tcp.ts';
import { createServerTls, readTlsState, type ServerTls } from '../../server/listeners/tls.ts';
import { listenWeb, type WebListener } from '../../server/listeners/web.ts';
import { createWebSockets } from '../../server/listeners/websocket/websocket.ts';
import { createLogger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';
import type { WebRoutes } from '../../server/modulehost/web.ts';
import { openScene, type Scene, type SceneOptions } from '../scene/scene.ts';

const MAX_STANZA_BYTES = 262_144;

export class WebDoor {
  readonly scene: Scene;
  readonly listener: WebListener;
  readonly #stop: () => void;
  /** How many requests BOSH has been given. */
  taken = 0;
  /** How many of them lost their connection before they were answered. */
  broken = 0;

  private constructor(scene: Scene, listener: WebListener, stop: () => void) {
    this.scene = scene;
    this.listener = listener;
    this.#stop = stop;
  }

  static async open(options: SceneOptions = {}): Promise<WebDoor> {
    const scene = await openScene(options);
    const { clock } = scene;
    let lastSid = 0;
    const tlsOf = (socket: unknown) => (socket instanceof TLSSocket ? readTlsState(socket) : undefined);
    const open = (transport: Parameters<typeof scene.server.streams.open>[0]) =>
      void scene.server.streams.open(transport);
    const webSockets = createWebSockets({ clock, open, tlsOf });
    const bosh = createBosh({
      domain: 'localhost',
      clock,
      newSid: () => `sid-${++lastSid}`,
      maxStanzaBytes: () => MAX_STANZA_BYTES,
      open,
      tlsOf,
    });
    const tls = await tlsOfLocalhost();
    const counted: WebRoutes = (server) => {
      server.addHook('preHandler', (_request, reply, done) => {
        reply.raw.on('close', () => {
          if (!reply.raw.writableFinished) door.broken++;
        });
        done();
        door.taken++;
      });
      bosh.routes(server);
    };
    const listener = await listenWeb({
      address: '127.0.0.1',
      port: 0,
      tls,
      openStream: (socket) => openSecured(socket, { streams: scene.server.streams, tls: () => tls }),
      routes: [counted],
      upgrades: [webSockets.upgrade],
      log: createLogger('silent', new RecentLines()),
    });
    const door = new WebDoor(scene, listener, () => webSockets.close());
    return door;
  }

  get port(): number {
    return this.listener.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.scene.close();
    await this.listener.close();
  }
}

async function tlsOfLocalhost(): Promise<ServerTls> {
  const nowMs = Date.now();
  const domain = 'localhost';
  const keyPem = await generateKeyPem();
  const certificatePem = await issueAuthority({ domain, keyPem, nowMs });
  const leafKey = await generateKeyPem();
  const issuer = { certificatePem, keyPem, expiresAtMs: nowMs + 86_400_000 };
  return createServerTls({
    certificatePem: await issueLeaf({ domain, keyPem: leafKey, nowMs }, issuer),
    keyPem: leafKey,
  });
}
