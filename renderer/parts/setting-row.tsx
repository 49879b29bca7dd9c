/** One setting: what it is, its control, and what became of the last change. */
import { Tooltip } from '@mantine/core';
import { useEffect, useId, useState } from 'react';
import type { SettingDescription } from '../../server/control/contract.ts';
import { sentenceOf, useClient, useDeed } from '../queries.ts';
import { fieldKindOf } from '../settings/field-kind.ts';
import { settingTitle } from '../settings/grouping.ts';
import { showValue } from '../settings/show-value.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import { SettingField } from './setting-field.tsx';
import css from './settings-group.module.css';

const words = texts.settings;
const SAVED_SHOWN_MS = 4000;

export function SettingRow({ setting }: { readonly setting: SettingDescription }) {
  const { key, description, value, isOverridden, appliesOnRestart, isWriteOnly } = setting;
  const id = useId();
  const isOnline = useClient() !== undefined;
  const change = useSettingChange(setting);
  const title = settingTitle(key);
  const kind = isWriteOnly ? ({ kind: 'secret' } as const) : fieldKindOf(setting.jsonSchema);
  const defaultText = isWriteOnly ? words.secretIsUnset : words.defaultIs(showValue(key, setting.default));
  const isDefault = JSON.stringify(value) === JSON.stringify(setting.default);
  const error = change.refusal;
  return (
    <div className={css.row} data-setting={key} data-wide={kind.kind === 'json'}>
      <div>
        <div className={css.name}>
          <span id={`${id}-title`}>{title}</span>
          {appliesOnRestart ? <Badge text={words.restartBadge} hint={words.restartHint} tone="calm" /> : null}
          {isOverridden ? <Badge text={words.overriddenBadge} hint={words.overriddenHint} tone="warn" /> : null}
        </div>
        <p className={css.description} id={`${id}-description`}>
          {description}
        </p>
        <span className={css.key}>{key}</span>
      </div>
      <div className={css.control}>
        <SettingField
          kind={kind}
          settingKey={key}
          title={title}
          value={value}
          wanted={change.isSaving ? change.wanted : value}
          isDisabled={!isOnline}
          hasError={error !== undefined}
          describedBy={`${id}-description${error === undefined ? '' : ` ${id}-error`}`}
          save={change.save}
          forgive={change.forgive}
        />
        {error === undefined ? null : (
          <p className={css.error} id={`${id}-error`} role="alert">
            {error}
          </p>
        )}
        <div className={css.feet}>
          {isDefault ? (
            <span>{kind.kind === 'switch' ? null : defaultText}</span>
          ) : (
            <button
              type="button"
              className={css.reset}
              disabled={!isOnline}
              aria-label={isWriteOnly ? words.secretRemoveName(title) : words.resetName(title)}
              title={isWriteOnly ? undefined : defaultText}
              onClick={() => change.save(setting.default)}
            >
              {isWriteOnly ? words.secretRemove : words.reset}
            </button>
          )}
          <span className={css.feedback} role="status">
            {change.isSaving ? words.saving : change.isSaved ? <Saved waits={appliesOnRestart} /> : null}
          </span>
        </div>
      </div>
    </div>
  );
}

function Saved({ waits }: { readonly waits: boolean }) {
  return (
    <>
      <Icon name="check" size={14} />
      {waits ? words.savedForRestart : words.saved}
    </>
  );
}

function Badge({ text, hint, tone }: { readonly text: string; readonly hint: string; readonly tone: 'calm' | 'warn' }) {
  return (
    <Tooltip label={hint} multiline w={260}>
      <span className={css.badge} data-tone={tone}>
        {text}
      </span>
    </Tooltip>
  );
}

/** Saves at once. The server's refusal stays beside the field until the next attempt or until it is taken back. */
function useSettingChange({ key }: SettingDescription) {
  const [isSaved, setSaved] = useState(false);
  const deed = useDeed((client, value: unknown) => client.settings.set({ key, value }), ['settings']);
  useEffect(() => {
    if (!isSaved) return;
    const timer = setTimeout(() => setSaved(false), SAVED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isSaved]);
  return {
    isSaving: deed.isPending,
    wanted: deed.variables,
    isSaved,
    refusal: deed.isError ? sentenceOf(deed.error) : undefined,
    forgive: deed.reset,
    save(value: unknown): void {
      setSaved(false);
      deed.mutate(value, { onSuccess: () => setSaved(true) });
    },
  };
}
