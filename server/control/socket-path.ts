/** Where the control socket of a data directory is: one rule for the server that opens it and the client that looks. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** `sun_path` holds 108 bytes on Linux and 104 on macOS and the BSDs, the closing zero included. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** The socket's own place, or undefined when the path is too long for a socket. A named pipe on Windows. */
export function usualSocketPath(dataDir: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === 'win32') return pipeName(dataDir);
  const path = join(resolve(dataDir), 'control.sock');
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : undefined;
}

/** The file that says where the socket is when its own place is too deep. */
export function socketRecordPath(dataDir: string): string {
  return join(resolve(dataDir), 'control.path');
}

/** Where a running server of this data directory listens; undefined when none can be running. */
export function findSocketPath(dataDir: string): string | undefined {
  const usual = usualSocketPath(dataDir);
  if (usual !== undefined) return usual;
  try {
    const recorded = readFileSync(socketRecordPath(dataDir), 'utf8').trim();
    // SECURITY: once the directory for temporary files has been tidied, a stranger could make the same name there.
    return lstatSync(dirname(recorded)).uid === process.getuid?.() ? recorded : undefined;
  } catch {
    return undefined;
  }
}

/** Pipes live in one flat space, and Windows does not tell capital letters apart in paths. */
function pipeName(dataDir: string): string {
  const digest = createHash('sha256').update(resolve(dataDir).toLowerCase()).digest('hex');
  return `\\\\.\\pipe\\snug-${digest.slice(0, 32)}`;
}
