/** A bundler plugin that lays a compressed form beside every file that gets smaller by it: done once here, and not for each visitor. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Plugin } from 'vite';

/** Pictures, sounds and fonts are compressed already, or nearly. */
const COMPRESSIBLE = /\.(html|js|css|json|svg|txt|wasm)$/;
const MIN_BYTES = 1_024;
/** The best takes ten times as long, for a twentieth less. */
const QUALITY = 9;

const compress = promisify(brotliCompress);

export function compressed(folder: string): Plugin {
  return {
    name: 'snug:compressed',
    async closeBundle() {
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        COMPRESSIBLE.test(name),
      );
      const large = names.map((name) => join(folder, name)).filter((path) => statSync(path).size >= MIN_BYTES);
      await Promise.all(large.map(write));
    },
  };
}

async function write(path: string): Promise<void> {
  const content = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(`${path}.br`, await compress(content, { params }));
}
