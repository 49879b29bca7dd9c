/** The port for components: open while there are any, as the settings say. */

import { portError } from './client-ports.ts';
import type { Config } from './config/config.ts';
import { listenTcp, type TcpListener } from './listeners/tcp.ts';
import type { ServerTls } from './listeners/tls.ts';
import type { Logger } from './log/log.ts';
import type { ComponentDoor, ComponentsService } from './modulehost/components.ts';
import { componentsSettings } from './modules/components/settings.ts';

export interface ComponentPortOptions {
  readonly config: Config;
  readonly components: Pick<ComponentsService, 'accept'>;
  /** The transport asks for it; components talk in plain text. */
  readonly tls: () => ServerTls;
  readonly log: Logger;
}

export class ComponentPort implements ComponentDoor {
  readonly #options: ComponentPortOptions;
  #listener: TcpListener | undefined;
  #opening: Promise<void> | undefined;

  constructor(options: ComponentPortOptions) {
    this.#options = options;
  }

  /** Null while it is shut. */
  get port(): number | null {
    return this.#listener?.port ?? null;
  }

  /** @throws StartError when the port is taken or not to be had */
  open(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  close(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  async #open(): Promise<void> {
    const { config, components, tls, log } = this.#options;
    const { port, address } = config.group('components', componentsSettings);
    if (this.#listener !== undefined || port === 'off') return;
    const streams = { open: (transport: Parameters<typeof components.accept>[0]) => components.accept(transport) };
    try {
      this.#listener = await listenTcp({ address, port, isDirectTls: false, tls, streams, log });
    } catch (error) {
      throw portError(error, address, port, 'components.port', 'components.address');
    }
    log.info({ address, port: this.#listener.port }, 'port for components opened');
  }
}
