/** The `snug` command, without Electron. Exit statuses are promised in `cli/failure.ts`. */
import { runCommand } from './cli/program.ts';
import { processTerminal } from './cli/terminal.ts';

/** Output to pipes is written behind our back; this is time enough for it, should something keep the process alive. */
const LINGER_MS = 500;

process.exitCode = await runCommand(process.argv.slice(2), processTerminal(), () => import('./server.ts'));
setTimeout(() => process.exit(), LINGER_MS).unref();
