/** Every text of the window, in one place. A component has none of its own; only the server's sentences come from elsewhere. */

import { audit } from './texts/audit.ts';
import { bridges } from './texts/bridges.ts';
import { everybody } from './texts/everybody.ts';
import { federation } from './texts/federation.ts';
import { files } from './texts/files.ts';
import { groups } from './texts/groups.ts';
import { invite } from './texts/invite.ts';
import { lifetimes } from './texts/lifetimes.ts';
import { logs } from './texts/logs.ts';
import { network } from './texts/network.ts';
import { overview } from './texts/overview.ts';
import { pairs } from './texts/pairs.ts';
import { people } from './texts/people.ts';
import { plural } from './texts/plural.ts';
import { reports } from './texts/reports.ts';
import { roles } from './texts/roles.ts';
import { settings } from './texts/settings.ts';

/** For dates and numbers, so that they speak the language of the texts. */
export const LOCALE = 'en-GB';

export const texts = {
  product: 'Snug',
  skipToContent: 'Skip to the page',
  navigation: 'Pages',
  pages: {
    overview: 'Overview',
    people: 'People',
    files: 'Files',
    network: 'Network',
    federation: 'Federation',
    bridges: 'Bridges',
    reports: 'Reports',
    audit: 'Audit log',
    settings: 'Settings',
    logs: 'Logs',
  },
  documentTitle: (page: string) => `${page} – Snug`,
  version: (version: string) => `Version ${version}`,

  state: {
    label: 'Server',
    kinds: {
      'needs-setup': 'Needs setup',
      starting: 'Starting',
      running: 'Running',
      'running-with-problem': 'Needs attention',
      stopped: 'Stopped',
      failed: 'Not running',
    },
    online: (n: number) => (n === 0 ? 'nobody is online' : `${plural(n, 'person', 'people')} online`),
    attention: (n: number) => `${plural(n, 'thing needs', 'things need')} attention`,
    look: 'See what it is',
    connecting: 'connecting…',
    stopping: 'shutting down',
    notReachable: 'the server does not answer',
    unknownBrowser: 'this browser is not signed in',
  },

  scheme: { label: 'Appearance', auto: 'Like the system', light: 'Light', dark: 'Dark' },

  time: {
    justNow: 'just now',
    days: (n: number) => plural(n, 'day', 'days'),
    hours: (n: number) => plural(n, 'hour', 'hours'),
    minutes: (n: number) => plural(n, 'minute', 'minutes'),
    seconds: (n: number) => plural(n, 'second', 'seconds'),
    /** Behind a larger unit. */
    short: { hours: (n: number) => `${n} h`, minutes: (n: number) => `${n} min`, seconds: (n: number) => `${n} s` },
  },
  units: { bytes: ['bytes', 'KB', 'MB', 'GB', 'TB'] },

  copy: {
    action: (what: string) => `Copy ${what}`,
    short: 'Copy',
    done: 'Copied',
    failed: 'Copying did not work',
  },

  table: { more: 'Show more', clearSearch: 'Clear the search' },
  files,
  network,
  federation,
  bridges,
  pairs,
  roles,
  groups,
  everybody,
  invite,
  reports,
  audit,

  offline: {
    title: 'Snug does not answer at the moment',
    text: 'What you see is the last that is known. The window connects again by itself.',
    textAtFirst: 'The window connects by itself as soon as it does.',
    retry: 'Try now',
  },
  unknownBrowser: {
    title: 'This address has been used up',
    text: 'For your safety each address opens the window once. Ask the server for a fresh one, and open it here:',
    command: 'snug window',
    commandName: 'the command',
    retry: 'Try again',
  },
  errors: {
    offline: 'The server does not answer, so nothing was changed.',
    unexpected: 'Something went wrong that should not have. The log says more.',
    title: 'This could not be loaded',
    retry: 'Try again',
    crashed: 'This page met a bug',
    crashedText: 'Nothing on the server has changed. Opening the page again usually helps.',
    reload: 'Open again',
  },
  close: 'Close',
  cancel: 'Cancel',
  done: 'Done',
  loading: 'Loading',
  overview,
  people,
  lifetimes,
  settings,
  logs,
};
