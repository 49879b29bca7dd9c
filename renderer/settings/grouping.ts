/** The settings in the order in which people look for them, and the search over them. */
import type { SettingDescription } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';

export interface SettingsGroupView {
  readonly name: string;
  readonly title: string;
  readonly settings: readonly SettingDescription[];
}

/** What is asked for first stands first; what is not named here follows in the server's order. */
const ORDER: readonly string[] = [
  'lan',
  'federation',
  'invitations',
  'registration',
  'guests',
  'groups',
  'accounts',
  'admin',
  'rooms',
  'upload',
  'archive',
  'offline',
  'push',
  'reports',
  'web-chat',
  'listen',
  'c2s',
  'web',
  'join',
  'components',
  'tls',
  'acme',
  'dns',
  'log',
  'audit',
];

export function groupSettings(settings: readonly SettingDescription[]): readonly SettingsGroupView[] {
  const groups = Map.groupBy(settings, ({ key }) => groupOf(key));
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...groups]
    .map(([name, members]) => ({ name, title: groupTitle(name), settings: members }))
    .toSorted((one, other) => rank(one.name) - rank(other.name));
}

/** Every word of the query somewhere in key, title, group or description. */
export function matchesSearch(setting: SettingDescription, query: string): boolean {
  const { key, description } = setting;
  const hay = `${key} ${settingTitle(key)} ${groupTitle(groupOf(key))} ${description}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

export function settingTitle(key: string): string {
  const titles: Readonly<Record<string, string>> = texts.settings.titles;
  return titles[key] ?? humanize(key.slice(key.indexOf('.') + 1));
}

function groupTitle(name: string): string {
  const titles: Readonly<Record<string, string>> = texts.settings.groups;
  return titles[name] ?? humanize(name);
}

function groupOf(key: string): string {
  const dot = key.indexOf('.');
  return dot < 0 ? key : key.slice(0, dot);
}

/** `maxStanzaBytes` → `Max stanza bytes`: better than a bare key for a setting that has no title yet. */
function humanize(name: string): string {
  const words = name
    .replaceAll(/[-_.]+/g, ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, (_, low: string, high: string) => `${low} ${high.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
