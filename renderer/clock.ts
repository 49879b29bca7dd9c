/** The time as the page shows it, moved on now and then. */
import { useEffect, useState } from 'react';

/** Milliseconds since the epoch; a new value every `everyMs`. */
export function useNow(everyMs = 20_000): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}
