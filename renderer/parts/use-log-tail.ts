/** The newest lines of the log, kept while the page is open. Lines that come in a burst are shown together. */
import { useEffect, useRef, useState } from 'react';
import type { ControlLogLine } from '../../server/control/contract.ts';
import { MAX_LINES, type NumberedLine } from '../log-lines.ts';
import { followForEver, useClient } from '../queries.ts';

/** Ten times a second is as good as at once, and leaves the page free to scroll. */
const SHOW_MS = 100;

export interface LogTail {
  /** Undefined until the server has answered. */
  readonly lines: readonly NumberedLine[] | undefined;
  /** Lines that came while the view was paused. */
  readonly waiting: number;
}

export function useLogTail(isPaused: boolean): LogTail {
  const client = useClient();
  const [kept, setKept] = useState<readonly NumberedLine[]>();
  const [frozen, setFrozen] = useState<readonly NumberedLine[]>();
  const nextId = useRef(0);

  useEffect(() => {
    if (client === undefined) return;
    const ending = new AbortController();
    let burst: ControlLogLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isFresh = true;
    const show = (): void => {
      timer = undefined;
      const numbered = burst.map((line) => ({ id: nextId.current++, line }));
      burst = [];
      // After the line broke, the server tells the newest lines again: they replace what was there.
      const startsOver = isFresh;
      isFresh = false;
      setKept((before) => [...(startsOver ? [] : (before ?? [])), ...numbered].slice(-MAX_LINES));
    };
    const plan = (): void => {
      timer ??= setTimeout(show, SHOW_MS);
    };
    const open = async (): Promise<AsyncIterable<ControlLogLine>> => {
      const stream = await client.logs.follow({ lines: MAX_LINES }, { signal: ending.signal });
      isFresh = true;
      plan();
      return stream;
    };
    void followForEver(
      open,
      (line) => {
        burst.push(line);
        plan();
      },
      ending.signal,
    );
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [client]);

  useEffect(() => {
    if (!isPaused) setFrozen(undefined);
    else setFrozen((before) => before ?? kept);
  }, [isPaused, kept]);

  const newestShown = frozen?.at(-1)?.id ?? -1;
  const waiting = frozen === undefined ? 0 : (kept ?? []).filter(({ id }) => id > newestShown).length;
  return { lines: frozen ?? kept, waiting };
}
