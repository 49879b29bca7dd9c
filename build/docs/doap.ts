/** docs/doap.xml: the same for programs (XEP-0453). */
import type { Facts } from './gather.ts';
import { xepRows } from './xeps.ts';

const RFCS = ['6120', '6121', '7395', '7590', '7622'];

export function doapPage(facts: Facts): string {
  const byNumber = new Map(xepRows(facts).map(({ xep, version }) => [xep, version]));
  const xeps = [...byNumber].map(
    ([xep, version]) => `    <implements>
      <xmpp:SupportedXep>
        <xmpp:xep rdf:resource="https://xmpp.org/extensions/xep-${xep}.html"/>
        <xmpp:status>complete</xmpp:status>
        <xmpp:version>${version}</xmpp:version>
      </xmpp:SupportedXep>
    </implements>`,
  );
  const rfcs = RFCS.map((number) => `    <implements rdf:resource="https://xmpp.org/rfcs/rfc${number}.html"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://usefulinc.com/ns/doap#" xmlns:xmpp="https://linkmauve.fr/ns/xmpp-doap#">
  <Project>
    <name>Snug</name>
    <shortdesc xml:lang="en">Your own chat server, in the tray</shortdesc>
    <description xml:lang="en">A desktop-bundled personal XMPP server for a home or an office.</description>
    <programming-language>TypeScript</programming-language>
    <os>Linux</os>
    <os>macOS</os>
    <os>Windows</os>
    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-server"/>
    <category rdf:resource="https://linkmauve.fr/ns/xmpp-doap#category-xmpp"/>
${rfcs.join('\n')}
${xeps.join('\n')}
  </Project>
</rdf:RDF>
`;
}
