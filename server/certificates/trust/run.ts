/** Runs the system's tools for certificates. */
import { execFile } from 'node:child_process';
import type { Run } from './trust-store.ts';

/** macOS and Windows ask whoever sits there, who may be at the coffee machine; later the tool is ended. */
const PATIENCE_MS = 120_000;
const MAX_OUTPUT_BYTES = 1_048_576;

export const run: Run = (program, ...words) =>
  new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8', windowsHide: true } as const;
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ status, stdout, stderr });
    });
    child.stdin?.end();
  });
