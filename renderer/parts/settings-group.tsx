/** Settings that belong together, one row each. */
import type { SettingsGroupView } from '../settings/grouping.ts';
import { SettingRow } from './setting-row.tsx';
import css from './settings-group.module.css';

export function SettingsGroup({ group }: { readonly group: SettingsGroupView }) {
  return (
    <section className={css.group} aria-label={group.title} id={`group-${group.name}`} tabIndex={-1}>
      <h2 className={css.title}>{group.title}</h2>
      {group.settings.map((setting) => (
        <SettingRow key={setting.key} setting={setting} />
      ))}
    </section>
  );
}
