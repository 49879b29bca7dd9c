/** docs/pipeline.md: which module stands at which stage. */
import type { Hooks } from '../../server/modulehost/module.ts';
import type { Facts } from './gather.ts';

const STAGES = ['guard', 'amend', 'record', 'copy', 'seal'] as const;
const WALKS: readonly { readonly title: string; readonly of: (hooks: Hooks) => object | undefined }[] = [
  { title: 'message, outbound', of: (hooks) => hooks.message?.outbound },
  { title: 'message, inbound', of: (hooks) => hooks.message?.inbound },
  { title: 'presence, outbound', of: (hooks) => hooks.presence?.outbound },
  { title: 'presence, inbound', of: (hooks) => hooks.presence?.inbound },
  { title: 'iq passing, outbound', of: (hooks) => hooks.passingIq?.outbound },
  { title: 'iq passing, inbound', of: (hooks) => hooks.passingIq?.inbound },
];

export function pipelinePage({ modules }: Facts): string {
  const cell = (of: (hooks: Hooks) => object | undefined, stage: string) =>
    modules
      .filter(({ hooks }) => (of(hooks) as Record<string, unknown> | undefined)?.[stage] !== undefined)
      .map(({ module }) => module.name)
      .join(', ') || '–';
  const rows = WALKS.map(({ title, of }) => `| ${title} | ${STAGES.map((stage) => cell(of, stage)).join(' | ')} |`);
  const others = modules.map(
    ({ module, hooks }) => `| ${module.name} | ${otherHooks(hooks).join('; ') || '–'} | ${module.summary} |`,
  );
  return `# Who stands where

Generated from the modules by \`npm run docs\`; do not edit. The stages and their rules are described in
[ARCHITECTURE.md](../ARCHITECTURE.md); their order is fixed in \`server/router/stages.ts\`.

| walk | ${STAGES.join(' | ')} |
|---|${STAGES.map(() => '---').join('|')}|
${rows.join('\n')}

## Modules, and what else they hook

| module | hooks | what it is for |
|---|---|---|
${others.join('\n')}
`;
}

function otherHooks(hooks: Hooks): readonly string[] {
  const iq = (hooks.iq ?? []).map(({ type, name, addressees }) => `${type} \`<${name}/>\` (${addressees.join(', ')})`);
  const session = Object.keys(hooks.session ?? {}).map((name) => `session ${name}`);
  const account = Object.keys(hooks.account ?? {}).map((name) => `account ${name}`);
  const features = (hooks.streamFeatures ?? []).map(({ name }) => `stream feature ${name}`);
  const commands = (hooks.commands ?? []).map(({ title }) => `command “${title}”`);
  const presence = hooks.presence?.handler === undefined ? [] : ['presence and subscriptions'];
  const absent = hooks.absent === undefined ? [] : ['messages for which nobody is there'];
  return [...iq, ...presence, ...absent, ...session, ...account, ...features, ...commands];
}
