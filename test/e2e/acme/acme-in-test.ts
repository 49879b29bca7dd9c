/** The certificate of a public authority, with everything around it but the server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Acme, type AcmeOptions } from '../../../server/certificates/acme/acme.ts';
import { AcmeFiles } from '../../../server/certificates/acme/acme-files.ts';
import type { Clock } from '../../../server/clock/clock.ts';
import { systemClock } from '../../../server/clock/clock.ts';
import { acmeSettings } from '../../../server/config/acme-settings.ts';
import { Config } from '../../../server/config/config.ts';
import { createLogger } from '../../../server/log/log.ts';
import { RecentLines } from '../../../server/log/recent-lines.ts';

export const DOMAIN = 'chat.pine.org';

/** The real time, but for what a test adds to it. */
export class ShiftedClock implements Clock {
  shiftMs = 0;
  now(): number {
    return systemClock.now() + this.shiftMs;
  }
  elapsedMs(): number {
    return systemClock.elapsedMs();
  }
  /** Short, so that nobody waits for an authority that needs no time. */
  after(delayMs: number, action: () => void) {
    return systemClock.after(Math.min(delayMs, 50), action);
  }
  every() {
    return { cancel: () => undefined };
  }
}

export interface AcmeInTest {
  readonly acme: Acme;
  readonly files: AcmeFiles;
  readonly clock: ShiftedClock;
  readonly config: Config;
  readonly lines: RecentLines;
  /** How often there was a new certificate. */
  readonly taken: () => number;
  /** As after a restart. */
  reopen(): Promise<Acme>;
  close(): Promise<void>;
}

export async function openAcme(
  settings: Readonly<Record<string, unknown>>,
  more: Partial<AcmeOptions> & { readonly trust?: string | undefined } = {},
): Promise<AcmeInTest> {
  const folder = mkdtempSync(join(tmpdir(), 'snug-acme-'));
  const config = Config.load({ path: join(folder, 'settings.json'), groups: { acme: acmeSettings }, overrides: [] });
  for (const [name, value] of Object.entries({ agreed: true, ...settings })) await config.set(`acme.${name}`, value);
  const files = new AcmeFiles(join(folder, 'certificates'));
  const clock = new ShiftedClock();
  const lines = new RecentLines();
  let taken = 0;
  const { trust, ...options } = more;
  const open = () =>
    Acme.open({
      domain: DOMAIN,
      files,
      settings: config.group('acme', acmeSettings),
      servers: () => [],
      trustPem: () => Promise.resolve(trust),
      address: '127.0.0.1',
      enable: () => config.set('acme.enabled', true),
      onCertificate: () => {
        taken += 1;
        return Promise.resolve();
      },
      random: () => 0.5,
      fetch: () => Promise.reject(new Error('nobody is asked in this test')),
      clock,
      log: createLogger('debug', lines),
      ...options,
    });
  const opened = [await open()];
  return {
    acme: opened[0] as Acme,
    files,
    clock,
    config,
    lines,
    taken: () => taken,
    async reopen() {
      const again = await open();
      opened.push(again);
      return again;
    },
    async close() {
      for (const one of opened) await one.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the attempt that is under way has ended. */
export async function settled(acme: Acme): Promise<void> {
  await become(acme, () => acme.status().state === 'idle');
}

/** Resolves when the status is as wanted. */
export function become(acme: Acme, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isSo()) return;
      unlisten();
      resolve();
    };
    const unlisten = acme.onChange(look);
    look();
  });
}
