import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const entry = fileURLToPath(new URL('../../server/snug.mjs', import.meta.url));

/** Runs before the entry and makes this Node say that it is an old one. */
const pretendOld = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });",
)}`;

test.each([
  ['a Node that is new enough', []],
  ['an older Node, which hands over to the one in the package', ['--import', pretendOld]],
])('on %s, output and exit status are those of the command', async (_name, nodeOptions) => {
  const directory = mkdtempSync(join(tmpdir(), 'snug-entry-'));
  try {
    const child = spawn(process.execPath, [...nodeOptions, entry, 'status', '--json', '--data', directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ output, errors, status: await ended }).toEqual({ output: '{"state":"stopped"}\n', errors: '', status: 3 });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
