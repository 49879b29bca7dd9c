/** The window in a browser, as the settings want it. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { thisComputer } from './administration/actor.ts';
import { systemClock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import { windowSettings } from './config/settings.ts';
import type { ControlRouter } from './control/handlers.ts';
import type { WebDoor } from './control/web-door.ts';
import type { Logger } from './log/log.ts';
import { findPortOwner } from './port-owner.ts';

/** Where `npm run build:window` puts the page. */
const PAGE_DIR = fileURLToPath(new URL('../dist/renderer', import.meta.url));

/**
 * Opens the door while `window.enabled` is on. A port that somebody else has is no reason to leave everybody without
 * chat: the window takes a free one for this run, and the address that is shown says so.
 */
export async function openWindowDoor(config: Config, router: ControlRouter, log: Logger): Promise<WebDoor | undefined> {
  const { enabled, port } = config.group('window', windowSettings);
  if (!enabled) return undefined;
  // Loaded here, because the desktop's worker never needs it.
  const { openWebDoor } = await import('./control/web-door.ts');
  const actor = thisComputer('window');
  const options = { pageDir: PAGE_DIR, router, actor, clock: systemClock, randomBytes, log } as const;
  try {
    return await openWebDoor({ ...options, port });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || port === 0) throw error;
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    log.warn({ port, holder: findPortOwner(port), code: error.code }, 'window.port cannot be had; another one is used');
    return await openWebDoor({ ...options, port: 0 });
  }
}
