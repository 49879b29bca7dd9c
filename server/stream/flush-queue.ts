/**
 * One write per socket and turn of the event loop: streams with something to send are put here, and flushed together
 * when all that came in during this turn has been handled.
 */

interface Flushable {
  flush(): void;
}

let waiting: Flushable[] = [];

function flushAll(): void {
  const streams = waiting;
  waiting = [];
  for (const stream of streams) stream.flush();
}

/** The caller sees to it that it is not put here twice. */
export function flushSoon(stream: Flushable): void {
  if (waiting.push(stream) === 1) setImmediate(flushAll);
}
