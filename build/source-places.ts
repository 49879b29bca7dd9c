/**
 * A bundler plugin for code of ours that looks for files beside itself: in the bundle it still finds them.
 *
 * The sources say `new URL('../package.json', import.meta.url)`. A bundle is one file in another folder, and Vite would
 * copy what is named there into it as a data URL. So `import.meta` keeps meaning the place that the source would have,
 * seen from where the bundle lies in the same tree; and the entry of a thread is looked for beside the bundle.
 */
import { dirname, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const THREAD_ENTRY = /\bnew URL\(\s*'\.\/([\w-]+)\.ts',\s*import\.meta\.url,?\s*\)/g;
const MODULE_PLACE = /\bimport\.meta\.(url|dirname|filename)\b/g;

export interface SourcePlacesOptions {
  /** The project's folder. */
  readonly root: string;
  /** Where the bundle will lie. */
  readonly outDir: string;
}

export function sourcePlaces({ root, outDir }: SourcePlacesOptions): Plugin {
  return {
    name: 'snug:source-places',
    // Before Vite's own treatment of such URLs.
    enforce: 'pre',
    transform(code, id) {
      const isOurs = id.startsWith(root) && !id.includes('node_modules') && id.endsWith('.ts');
      if (!isOurs || !code.includes('import.meta.')) return;
      return { code: rewritePlaces(code, relative(outDir, id).split(sep).join('/')), map: null };
    },
  };
}

/** The code of one source file; `path` leads from the bundle's folder to it. */
export function rewritePlaces(code: string, path: string): string {
  const here = (to: string) => `new URL(/* @vite-ignore */ ${JSON.stringify(to)}, import.meta.url)`;
  const threads: string[] = [];
  const withoutThreads = code.replace(THREAD_ENTRY, (_, name: string) => {
    threads.push(here(`./${name}.cjs`));
    return `__THREAD_${threads.length - 1}__`;
  });
  const placed = withoutThreads.replace(MODULE_PLACE, (_, property: string) => {
    if (property === 'url') return `${here(path)}.href`;
    const target = property === 'dirname' ? dirname(path) : path;
    return `process.getBuiltinModule('node:url').fileURLToPath(${here(target)})`;
  });
  return placed.replace(/__THREAD_(\d+)__/g, (_, index: string) => threads[Number(index)] ?? '');
}
