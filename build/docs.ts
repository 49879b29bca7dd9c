/**
 * `npm run docs`: writes docs/xeps.md, docs/doap.xml, docs/pipeline.md and docs/settings.md from what the modules and
 * stream features say about themselves. With `--check` it writes nothing and fails when a page is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { doapPage } from './docs/doap.ts';
import { format } from './docs/format.ts';
import { gather } from './docs/gather.ts';
import { pipelinePage } from './docs/pipeline.ts';
import { settingsPage } from './docs/settings.ts';
import { xepsPage } from './docs/xeps.ts';

const DOCS = join(import.meta.dirname, '../docs');

const facts = await gather();
const pages: Readonly<Record<string, string>> = {
  'xeps.md': xepsPage(facts),
  'doap.xml': doapPage(facts),
  'pipeline.md': pipelinePage(facts),
  'settings.md': settingsPage(facts),
};

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
for (const [name, text] of Object.entries(pages)) {
  const path = join(DOCS, name);
  const wanted = format(text);
  if (read(path) === wanted) continue;
  stale.push(name);
  if (!isCheck) writeFileSync(path, wanted);
}

if (isCheck && stale.length > 0) {
  process.stderr.write(`Stale: ${stale.map((name) => `docs/${name}`).join(', ')}. Run: npm run docs\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(stale.length === 0 ? 'The generated pages are up to date.\n' : `Written: ${stale.join(', ')}\n`);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
