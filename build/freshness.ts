/** Whether something that was built is still what its sources say. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** True when `output` is there and nothing in `sources`, files or folders, is newer. */
export function isFresh(output: string, sources: readonly string[]): boolean {
  const built = statSync(output, { throwIfNoEntry: false });
  return built !== undefined && sources.every((source) => newestMs(source) <= built.mtimeMs);
}

function newestMs(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The folder's own time changes when a file is removed.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
