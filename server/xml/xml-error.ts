/** What is wrong with XML that was read, in the words that RFC 6120 has for it. */

/**
 * The stream error that answers the violation (RFC 6120, section 4.9.3).
 *
 * - `not-well-formed`: against the rules of XML 1.0 or of Namespaces in XML, undeclared prefixes included; the example of
 *   section 4.9.3.13 is one (`bad-namespace-prefix` is about a prefix that is declared but not the one expected).
 * - `restricted-xml`: a comment, processing instruction, DTD or entity reference other than the five (section 11.1).
 * - `unsupported-encoding`: a declared encoding other than UTF-8, and bytes that are no UTF-8: section 4.9.3.22 names
 *   "violating the rules of the UTF-8 encoding" here, although many servers say `not-well-formed`.
 * - `bad-format`: well-formed, but no stream: text directly under the root.
 * - `invalid-namespace`: the tag that begins or ends a stream is of another namespace (RFC 7395, section 3.3.2).
 * - `policy-violation`: a limit was passed.
 */
export type XmlErrorCondition =
  | 'bad-format'
  | 'invalid-namespace'
  | 'not-well-formed'
  | 'policy-violation'
  | 'restricted-xml'
  | 'unsupported-encoding';

/** The message is one plain sentence that may be shown to the peer; it repeats nothing of what was read. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly condition: XmlErrorCondition;

  constructor(condition: XmlErrorCondition, message: string) {
    super(message);
    this.condition = condition;
  }
}
