/** Says across the page that the server does not answer, and that the window takes care of it. */
import { Button } from '@mantine/core';
import type { ServerState } from '../../server/control/contract.ts';
import type { Line } from '../connection.ts';
import { useConnection } from '../queries.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icons.tsx';
import css from './line-banner.module.css';

interface LineBannerProps {
  readonly line: Line;
  readonly state: ServerState;
  /** A browser that was never known is told so by the page itself. */
  readonly hasSeenServer: boolean;
}

/** Where the shell says that the server was stopped or starts just now, the missing line is no surprise. */
const EXPECTED: readonly ServerState['kind'][] = ['stopped', 'starting', 'needs-setup'];

export function LineBanner({ line, state, hasSeenServer }: LineBannerProps) {
  const { retry } = useConnection();
  if (line.kind === 'offline' && !EXPECTED.includes(state.kind)) {
    return (
      <div className={css.banner} role="alert">
        <Icon name="offline" size={22} />
        <p className={css.words}>
          <strong>{texts.offline.title}</strong>{' '}
          <span>{hasSeenServer ? texts.offline.text : texts.offline.textAtFirst}</span>
        </p>
        <Button size="xs" variant="default" onClick={retry}>
          {texts.offline.retry}
        </Button>
      </div>
    );
  }
  if (line.kind === 'unknown-browser' && hasSeenServer) {
    return (
      <div className={css.banner} role="alert">
        <Icon name="key" size={22} />
        <p className={css.words}>
          <strong>{texts.unknownBrowser.title}</strong> <span>{texts.unknownBrowser.text}</span>{' '}
          <code className={css.command}>{texts.unknownBrowser.command}</code>
        </p>
        <CopyButton text={texts.unknownBrowser.command} what={texts.unknownBrowser.commandName} />
      </div>
    );
  }
  return null;
}
