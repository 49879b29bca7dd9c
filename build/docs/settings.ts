/** docs/settings.md: every setting with what is allowed. */
import type { Facts } from './gather.ts';

export function settingsPage({ settings }: Facts): string {
  const rows = settings.map(
    ({ key, allowed, default: value, description, appliesOnRestart }) =>
      `| \`${key}\` | ${show(value)} | ${cell(allowed)} | ${cell(description)}${appliesOnRestart ? ' *(with the next start)*' : ''} |`,
  );
  return `# Settings

Generated from the schemas by \`npm run docs\`; do not edit. Give one for a single run with \`--set KEY=VALUE\`; kept
settings live in \`settings.json\` in the data directory.

| key | default | allowed | what it does |
|---|---|---|---|
${rows.join('\n')}
`;
}

function show(value: unknown): string {
  return value === '' ? 'nothing' : `\`${JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
