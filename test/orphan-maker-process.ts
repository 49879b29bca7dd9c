/** A parent that forks the worker, starts it, passes on what it says, and waits to be killed. */
import { fork } from 'node:child_process';

const [worker = '', dataDir = '', ...overrides] = process.argv.slice(2);
const child = fork(worker, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
process.send?.({ type: 'forked', pid: child.pid });
child.on('message', (message) => process.send?.(message));
child.send({ type: 'start', dataDir, overrides });
