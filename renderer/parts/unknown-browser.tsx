/** The first thing that a browser without a good address sees: what to do about it. */
import { Button } from '@mantine/core';
import { useConnection } from '../queries.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import { Notice } from './notice.tsx';
import css from './unknown-browser.module.css';

export function UnknownBrowser() {
  const { retry } = useConnection();
  return (
    <div className={css.sheet}>
      <Notice icon="key" isHeading title={texts.unknownBrowser.title} text={texts.unknownBrowser.text}>
        <p className={css.command}>
          <code>{texts.unknownBrowser.command}</code>
          <CopyButton text={texts.unknownBrowser.command} what={texts.unknownBrowser.commandName} />
        </p>
        <Button variant="default" onClick={retry}>
          {texts.unknownBrowser.retry}
        </Button>
      </Notice>
    </div>
  );
}
