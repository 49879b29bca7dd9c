/** Who may talk with people here: the settings about it, where one looks for them. */
import { useSettings } from '../queries.ts';
import { texts } from '../texts.ts';
import { SettingsGroup } from './settings-group.tsx';

const words = texts.federation.policy;

/** In the order in which one decides. */
const KEYS: readonly string[] = [
  'federation.mode',
  'federation.allow',
  'federation.deny',
  'federation.authentication',
  'federation.strangers',
  'federation.strangerMessages',
  'federation.barredRoles',
];

export function FederationPolicy() {
  const { data: settings = [] } = useSettings();
  const shown = KEYS.flatMap((key) => settings.find((setting) => setting.key === key) ?? []);
  return <SettingsGroup group={{ name: 'federation-policy', title: words.title, settings: shown }} note={words.text} />;
}
