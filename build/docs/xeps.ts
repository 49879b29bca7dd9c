/** docs/xeps.md: which specifications, in which version, in which file. */
import type { Facts } from './gather.ts';

export interface XepRow {
  readonly xep: string;
  readonly version: string;
  /** Who implements it, as in `module carbons`. */
  readonly by: string;
}

/** One row per specification and implementer, by number. */
export function xepRows({ modules, streamFeatures }: Facts): readonly XepRow[] {
  const ofModules = modules.flatMap(({ module }) =>
    module.xeps.map((xep) => ({ ...xep, by: `module ${module.name}` })),
  );
  const ofStreams = streamFeatures.flatMap(({ name, xeps }) =>
    (xeps ?? []).map((xep) => ({ ...xep, by: `stream feature ${name}` })),
  );
  const ofRooms: readonly XepRow[] = [
    { xep: '0124', version: '1.11.2', by: 'listeners' },
    { xep: '0156', version: '1.4.0', by: 'listeners' },
    { xep: '0206', version: '1.4', by: 'listeners' },
    { xep: '0368', version: '1.1.0', by: 'listeners' },
    { xep: '0487', version: '0.1.0', by: 'listeners' },
    { xep: '0203', version: '2.0', by: 'stanza' },
    { xep: '0297', version: '1.0', by: 'stanza' },
    { xep: '0004', version: '2.13.1', by: 'stanza' },
    { xep: '0082', version: '1.1.1', by: 'stanza' },
  ];
  return [...ofModules, ...ofStreams, ...ofRooms].sort((a, b) => (a.xep + a.by < b.xep + b.by ? -1 : 1));
}

export function xepsPage(facts: Facts): string {
  const rows = xepRows(facts).map(
    ({ xep, version, by }) => `| [${xep}](https://xmpp.org/extensions/xep-${xep}.html) | ${version} | ${by} |`,
  );
  return `# What Snug implements

Generated from the modules by \`npm run docs\`; do not edit.

RFC 6120, RFC 6121, RFC 7395, RFC 7590, RFC 7622 (with RFC 8264 and 8265), RFC 5802, RFC 7677, RFC 9266, and these XEPs:

| XEP | version | by |
|---|---|---|
${rows.join('\n')}
`;
}
