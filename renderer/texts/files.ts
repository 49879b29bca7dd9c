/** The texts of the Files page. */
import { plural } from './plural.ts';

export const files = {
  intro: (files: number, size: string) =>
    files === 0 ? 'What people share with one another appears here.' : `${plural(files, 'file', 'files')}, ${size}.`,
  search: 'Find a file',
  columns: { file: 'File', account: 'Shared by', size: 'Size', uploaded: 'Shared', actions: 'Actions' },
  empty: 'No files yet',
  emptyText: 'Pictures and files that people send to each other through this server will be listed here.',
  nothingFound: (query: string) => `No file is called “${query}”`,
  nothingFoundText: 'Part of the name is enough.',
  remove: 'Delete',
  removeName: (name: string) => `Delete ${name}`,
  dialog: {
    title: 'Delete this file?',
    text: (name: string, account: string) =>
      `“${name}”, shared by ${account}, will be gone for everybody who has not downloaded it yet.`,
    confirm: 'Delete the file',
  },
  removed: (name: string) => `${name} is deleted.`,
  usage: {
    title: 'Space by person',
    count: (n: number) => plural(n, 'file', 'files'),
    show: (account: string, size: string, files: string) => `Show what ${account} shares: ${size} in ${files}`,
    more: (n: number) => `${plural(n, 'more person', 'more people')}`,
  },
  nothingOf: (account: string) => `${account} shares no such file`,
};
