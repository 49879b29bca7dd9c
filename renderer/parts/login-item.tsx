/** Start at login, as the operating system has it: what is shown is its answer, not what was asked of it. */
import { Switch } from '@mantine/core';
import { useEffect, useState } from 'react';
import { desktop } from '../desktop.ts';
import { texts } from '../texts.ts';
import css from './settings-group.module.css';
import { tellFailure } from './tell.ts';

const words = texts.settings;

export function LoginItem() {
  const shell = desktop();
  const [isOn, setOn] = useState<boolean>();
  useEffect(() => {
    let isCurrent = true;
    shell?.getLoginItem().then(
      (on) => {
        if (isCurrent) setOn(on);
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [shell]);
  if (shell === undefined) return null;
  const change = (on: boolean): void => {
    shell.setLoginItem(on).then(setOn, tellFailure);
  };
  return (
    <section className={css.group} aria-label={words.thisComputer}>
      <h2 className={css.title}>{words.thisComputer}</h2>
      <div className={css.row}>
        <div>
          <div className={css.name}>{words.loginItem}</div>
          <p className={css.description}>{words.loginItemText}</p>
        </div>
        <Switch
          className={css.switch}
          size="md"
          labelPosition="left"
          label={isOn === true ? words.on : words.off}
          aria-label={words.loginItem}
          checked={isOn === true}
          disabled={isOn === undefined}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      </div>
    </section>
  );
}
