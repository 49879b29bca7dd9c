/**
 * A bundler plugin that puts Converse.js beside the page: its prebuilt files, in a folder with the version in its name, so
 * that browsers may keep them for good; and the licences of all of it.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** What the page asks for; the rest is other forms of the same, and maps. */
const FILES = [
  'converse.min.js',
  'converse.min.css',
  'emoji.json',
  'libomemo.esm.min.js',
  'curve25519_compiled.wasm',
  'chunkjs',
  'images/custom_emojis',
  'sounds',
  'webfonts',
];

export function converseFiles(outDir: string): Plugin {
  const source = fileURLToPath(new URL('..', import.meta.resolve('converse.js/dist/converse.min.js')));
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const folder = `converse-${version}`;
  return {
    name: 'snug:converse-files',
    transformIndexHtml: {
      // After Vite has looked for files to bundle: these stay as they are.
      order: 'post',
      handler: () => [
        {
          tag: 'link',
          attrs: { rel: 'stylesheet', href: `./${folder}/converse.min.css` },
          // Before ours, which says otherwise here and there.
          injectTo: 'head-prepend',
        },
        {
          tag: 'script',
          attrs: { type: 'module', src: `./${folder}/converse.min.js`, 'data-converse': true },
          injectTo: 'head',
        },
      ],
    },
    writeBundle() {
      for (const name of FILES) {
        cpSync(join(source, 'dist', name), join(outDir, folder, name), {
          recursive: true,
          filter: (path) => !path.endsWith('.map'),
        });
      }
      writeFileSync(join(outDir, 'license.txt'), licences(source, version));
    },
  };
}

function licences(source: string, version: string): string {
  const read = (path: string): string => readFileSync(path, 'utf8').trim();
  const gpl = read(join(import.meta.dirname, 'gpl-3.0.txt'));
  return `${[
    `This web chat is Converse.js ${version} by JC Brand and others, unchanged, under the Mozilla Public License 2.0.`,
    `Its source: https://github.com/conversejs/converse.js (version ${version}).`,
    'libomemo.esm.min.js and curve25519_compiled.wasm, which come with it for end-to-end encryption, are under the GNU',
    'General Public License 3.0. Their source: https://github.com/conversejs/libomemo.js.',
    'The page around it is a part of Snug, under the MIT licence.',
  ].join('\n')}\n\n\n${read(join(source, 'LICENSE'))}\n\n\n${gpl}\n`;
}
