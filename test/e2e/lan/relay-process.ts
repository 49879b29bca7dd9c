/** From a socket in the file system, which namespaces share, to a port on the loopback of the namespace it runs in. */
import { connect, createServer } from 'node:net';

const [path = '', port] = process.argv.slice(2);

createServer((outside) => {
  const inside = connect(Number(port), '127.0.0.1');
  for (const socket of [outside, inside]) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      outside.destroy();
      inside.destroy();
    });
  }
  outside.pipe(inside).pipe(outside);
}).listen(path, () => process.stdout.write('ready\n'));
process.on('SIGTERM', () => process.exit());
