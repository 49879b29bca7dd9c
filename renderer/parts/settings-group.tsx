/** Settings that belong together, one row each. */
import type { SettingsGroupView } from '../settings/grouping.ts';
import { texts } from '../texts.ts';
import { SettingRow } from './setting-row.tsx';
import css from './settings-group.module.css';

interface SettingsGroupProps {
  readonly group: SettingsGroupView;
  /** What must be known about all of them. */
  readonly note?: string;
}

export function SettingsGroup({ group, note = texts.settings.notes[group.name] }: SettingsGroupProps) {
  return (
    <section className={css.group} aria-label={group.title} id={`group-${group.name}`} tabIndex={-1}>
      <h2 className={css.title}>{group.title}</h2>
      {note === undefined ? null : <p className={css.note}>{note}</p>}
      {group.settings.map((setting) => (
        <SettingRow key={setting.key} setting={setting} />
      ))}
    </section>
  );
}
