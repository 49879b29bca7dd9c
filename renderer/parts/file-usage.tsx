/** Who shares how much, the largest first. Each is a button that shows the files of that person alone. */
import { useState } from 'react';
import { formatBytes } from '../format.ts';
import { texts } from '../texts.ts';
import css from './file-usage.module.css';
import { PersonMark } from './person-mark.tsx';

const words = texts.files.usage;
/** Two rows in a wide window. */
const SHOWN = 8;

interface Usage {
  readonly account: string;
  readonly bytes: number;
  readonly files: number;
}

interface FileUsageProps {
  readonly usage: readonly Usage[];
  readonly chosen: string | undefined;
  readonly choose: (account: string | undefined) => void;
}

export function FileUsage({ usage, chosen, choose }: FileUsageProps) {
  const [isWhole, setWhole] = useState(false);
  const most = usage[0]?.bytes ?? 0;
  const shown = isWhole ? usage : usage.filter(({ account }, place) => place < SHOWN || account === chosen);
  const hidden = usage.length - shown.length;
  return (
    <section className={css.usage} aria-label={words.title}>
      <ul className={css.list}>
        {shown.map(({ account, bytes, files }) => (
          <li key={account}>
            <button
              type="button"
              className={css.person}
              aria-pressed={account === chosen}
              title={words.show(account, formatBytes(bytes), words.count(files))}
              onClick={() => choose(account === chosen ? undefined : account)}
            >
              <PersonMark name={account} />
              <span className={css.about}>
                <span className={css.name}>{account}</span>
                <span className={css.size}>{formatBytes(bytes)}</span>
                <svg className={css.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                  <rect className={css.ground} width={100} height={4} />
                  <rect className={css.share} width={most === 0 ? 0 : Math.max(1, (bytes / most) * 100)} height={4} />
                </svg>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hidden > 0 ? (
        <button type="button" className={css.more} onClick={() => setWhole(true)}>
          {words.more(hidden)}
        </button>
      ) : null}
    </section>
  );
}
