/** What the bundler's plugin makes of code that looks for files beside itself. */
import { expect, test } from 'vitest';
import { rewritePlaces } from '../../build/source-places.ts';

const PATH = '../../server/store/thread-writer.ts';

/** Runs an expression as it would stand in a bundle in `/app/.vite/build`. */
function evaluate(expression: string): unknown {
  const code = rewritePlaces(expression, PATH).replaceAll('import.meta.url', "'file:///app/.vite/build/worker.cjs'");
  return new Function(`return ${code}`)();
}

test('a file named by a URL is the one that the source names', () => {
  expect(String(evaluate("new URL('../../package.json', import.meta.url)"))).toBe('file:///app/package.json');
  expect(String(evaluate("new URL('../../dist/renderer/', import.meta.url)"))).toBe('file:///app/dist/renderer/');
});

test('the folder and the name of a source file are where it would lie in the tree', () => {
  expect(evaluate('import.meta.dirname')).toBe('/app/server/store');
  expect(evaluate('import.meta.filename')).toBe('/app/server/store/thread-writer.ts');
});

test("a thread's entry is its bundle beside the worker", () => {
  const bundle = 'file:///app/.vite/build/writer-thread.cjs';
  expect(String(evaluate("new URL('./writer-thread.ts', import.meta.url)"))).toBe(bundle);
  expect(String(evaluate("new URL(\n  './writer-thread.ts',\n  import.meta.url,\n)"))).toBe(bundle);
});

test('nothing is left that Vite would copy into the bundle', () => {
  const code = rewritePlaces("new URL('./writer-thread.ts', import.meta.url)", PATH);
  expect(code).toContain('@vite-ignore');
});
