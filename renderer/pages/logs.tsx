/** Logs: what the server writes, as it writes it. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { desktop } from '../desktop.ts';
import { formatLines, isAtLeast, type LevelFilter, levelFilters, matchesText } from '../log-lines.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Icon } from '../parts/icons.tsx';
import { LogList } from '../parts/log-list.tsx';
import { Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useLogTail } from '../parts/use-log-tail.ts';
import { texts } from '../texts.ts';
import css from './logs.module.css';

const words = texts.logs;

export function LogsPage() {
  const [level, setLevel] = useState<LevelFilter>('debug');
  const [query, setQuery] = useState('');
  const [isPaused, setPaused] = useState(false);
  const { lines, waiting } = useLogTail(isPaused);
  const shown = useMemo(
    () => lines?.filter(({ line }) => isAtLeast(line, level) && matchesText(line, query)),
    [lines, level, query],
  );
  const clear = (): void => {
    setLevel('debug');
    setQuery('');
  };
  const shell = desktop();
  const count = isPaused ? words.paused(waiting) : words.shown(shown?.length ?? 0, lines?.length ?? 0);
  return (
    <>
      <PageHead title={texts.pages.logs} text={lines === undefined ? undefined : <span role="status">{count}</span>}>
        <TextInput
          className={css.search}
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<Icon name="search" />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <NativeSelect
          className={css.level}
          aria-label={words.level}
          value={level}
          data={levelFilters.map((value) => ({ value, label: words.levels[value] }))}
          onChange={(event) => setLevel(levelFilters.find((value) => value === event.currentTarget.value) ?? 'debug')}
        />
        <Button
          variant="default"
          leftSection={<Icon name={isPaused ? 'play' : 'pause'} />}
          onClick={() => setPaused(!isPaused)}
        >
          {isPaused ? words.resume : words.pause}
        </Button>
        <CopyButton isWide text={formatLines(shown ?? [])} what={words.copy} />
        {shell === undefined ? null : (
          <Button variant="default" leftSection={<Icon name="folder" />} onClick={() => void shell.openLogsFolder()}>
            {words.folder}
          </Button>
        )}
      </PageHead>
      <div className={css.sheet}>
        {shown === undefined ? (
          <div className={css.padded}>
            <Loading rows={9} />
          </div>
        ) : shown.length > 0 ? (
          <LogList lines={shown} />
        ) : lines?.length === 0 ? (
          <Notice icon="logs" title={words.empty} text={words.emptyText} />
        ) : (
          <Notice icon="search" title={words.nothingFound} text={words.nothingFoundText}>
            <Button variant="default" onClick={clear}>
              {words.clear}
            </Button>
          </Notice>
        )}
      </div>
    </>
  );
}
