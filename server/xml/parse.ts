/** One whole element from text: what our own storage kept, a message of a transport that frames by itself, a test. */
import type { Element } from './element.ts';
import { TreeBuilder, type TreeLimits } from './tree-builder.ts';
import { XmlError } from './xml-error.ts';

/** Storage keeps only what has passed a reader with limits. */
const UNLIMITED: TreeLimits = { maxDepth: Number.POSITIVE_INFINITY, maxAttributes: Number.POSITIVE_INFINITY };

/**
 * Reads a document as strictly as a stream is read: the same things are forbidden. The caller bounds its length.
 *
 * @param limits for text that came from outside; `maxDepth` counts the root here.
 * @throws XmlError
 */
export function parseXml(text: string, limits: TreeLimits = UNLIMITED): Element {
  // saxes trusts its input in this and would read over a `<` behind half a surrogate pair.
  if (!text.isWellFormed()) throw new XmlError('not-well-formed', 'The text contains half a surrogate pair.');
  let root: Element | undefined;
  const builder = new TreeBuilder(
    'document',
    {
      opened() {},
      element(element) {
        root = element;
      },
      closed() {},
    },
    limits,
  );
  builder.write(text);
  builder.end();
  if (root === undefined) throw new XmlError('not-well-formed', 'There is no element.');
  return root;
}
