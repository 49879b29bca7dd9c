/** The texts of the Logs page. */
import { plural } from './plural.ts';

export const logs = {
  level: 'Level',
  levels: { debug: 'Everything', info: 'Info and above', warn: 'Problems only', error: 'Errors only' },
  marks: { debug: 'debug', info: 'info', warn: 'warn', error: 'error', fatal: 'fatal', trace: 'trace' } as Readonly<
    Record<string, string>
  >,
  search: 'Filter by text',
  pause: 'Pause',
  resume: 'Resume',
  paused: (n: number) => (n === 0 ? 'Paused' : `Paused, ${plural(n, 'new line', 'new lines')} waiting`),
  copy: 'the lines shown',
  folder: 'Open the folder',
  label: 'Log lines, the newest last',
  shown: (shown: number, all: number) =>
    shown === all ? plural(all, 'line', 'lines') : `${shown} of ${plural(all, 'line', 'lines')}`,
  toNewest: 'To the newest',
  empty: 'Nothing has been logged yet',
  emptyText: 'Lines appear here as the server writes them.',
  nothingFound: 'No line matches',
  nothingFoundText: 'Another text or a lower level shows more.',
  clear: 'Clear the filters',
};
