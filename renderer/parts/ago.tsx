/** A moment in words that keep up with the clock; the exact time is one hover away. */
import { useNow } from '../clock.ts';
import { formatAgo, formatDateTime } from '../format.ts';

export function Ago({ iso }: { readonly iso: string }) {
  const nowMs = useNow();
  return (
    <time dateTime={iso} title={formatDateTime(iso)}>
      {formatAgo(iso, nowMs)}
    </time>
  );
}
