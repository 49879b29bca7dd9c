/** The `snug` command, without Electron. Exit statuses are promised in `cli/failure.ts`. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Output to pipes is written behind our back; this is time enough for it, should something keep the process alive. */
const LINGER_MS = 500;
// Before anything else is loaded: what is kept needs no reading of TypeScript at the next start, which is most of it.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/snug', import.meta.url)));

const { runCommand } = await import('./cli/program.ts');
const { processTerminal } = await import('./cli/terminal.ts');
process.exitCode = await runCommand(process.argv.slice(2), processTerminal(), () => import('./server.ts'));
setTimeout(() => process.exit(), LINGER_MS).unref();
