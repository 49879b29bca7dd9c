/**
 * The worker's entry: under Electron's `utilityProcess`, or forked by a Node program. `control/contract.ts` types what is
 * said between it and its parent.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { systemClock } from './clock/clock.ts';
import { findParent } from './parent-port.ts';
import { Worker } from './worker.ts';

// Before the server is loaded, as in `cli.ts`. Where the app's folder cannot be written to, it does nothing.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/snug', import.meta.url)));

const parent = findParent();
if (parent === undefined) {
  process.stderr.write('This is the worker of the desktop app; the command for terminals is "snug serve".\n');
  process.exitCode = 1;
} else {
  const worker = new Worker({
    parent,
    loadServer: () => import('./server.ts'),
    clock: systemClock,
    exit: (status) => process.exit(status),
  });
  process.on('uncaughtException', (error) => worker.meetBug(error));
  // Electron does not make an exception of it, and a broken server would look alive.
  process.on('unhandledRejection', (error) => worker.meetBug(error));
  // Ctrl+C in a terminal reaches the app and us at the same time.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => worker.stop(signal));
}
