/** The texts of the Overview page. */
import { plural } from './plural.ts';

export const overview = {
  kinds: {
    'needs-setup': 'Snug is not set up yet',
    starting: 'Snug is starting',
    running: 'Snug is running',
    'running-with-problem': 'Snug is running, but something needs attention',
    stopped: 'Snug is stopped',
    failed: 'Snug is not running',
  },
  resting: {
    'needs-setup': {
      title: 'Nothing listens on your network yet',
      text: 'Start the server when you are ready. It makes a first account and a certificate, and people can connect.',
    },
    stopped: {
      title: 'Nobody can connect at the moment',
      text: 'Start the server to let people in again. Nothing is lost meanwhile.',
    },
  },
  problems: 'What needs your attention',
  signInAt: 'People sign in at',
  address: 'the address',
  facts: {
    uptime: 'Up for',
    since: (when: string) => `since ${when}`,
    online: 'Online now',
    devices: (n: number) => `on ${plural(n, 'device', 'devices')}`,
    accounts: 'Accounts',
    accountsHint: 'manage people',
    storage: 'Storage',
    storageHint: 'on this computer',
    storageFiles: (size: string) => `${size} in files`,
  },
  connect: {
    title: 'How to connect',
    text: 'In any XMPP app, sign in with a name and its password. Most apps need nothing else.',
    signIn: 'Sign in as',
    example: (domain: string) => `name@${domain}`,
    host: 'Server',
    port: 'Port',
    directTls: 'Port (direct TLS)',
    addresses: 'If the name is not found',
    off: 'off',
    hostName: 'the server name',
    name: 'the form of the address',
    addressName: (address: string) => `the address ${address}`,
    noAddress: 'this computer is on no network',
  },
  online: {
    title: 'Who is online',
    empty: 'Nobody is online',
    emptyText: 'As soon as somebody signs in, they appear here.',
    noPresence: 'connected, not available',
    shows: { away: 'away', xa: 'away for longer', dnd: 'do not disturb', chat: 'happy to chat' },
    available: 'available',
    more: (n: number) => `and ${plural(n, 'more device', 'more devices')}`,
  },
  traffic: {
    title: 'Activity',
    text: (total: string) => `The last 10 minutes. ${total} messages since the start.`,
    messages: 'Messages',
    sessions: 'Devices online',
    per: 'per 5 seconds',
    empty: 'The curve begins here',
    emptyText: 'It grows while this window is open.',
    summary: (messages: number, peak: number, sessions: number) =>
      `${plural(messages, 'message', 'messages')} in the last 10 minutes, at most ${peak} within 5 seconds; ${plural(sessions, 'device', 'devices')} online now.`,
    at: (time: string, messages: number, sessions: number) =>
      `${time}: ${plural(messages, 'message', 'messages')}, ${plural(sessions, 'device', 'devices')}`,
  },
  certificate: {
    title: 'Certificate',
    text: 'Apps that ask whether to trust this server show this fingerprint. Compare it once.',
    fingerprint: 'Fingerprint (SHA-256)',
    name: 'the fingerprint',
    expires: 'Valid until',
    source: 'Made by',
    sources: { 'local-ca': 'Snug, for your network', files: 'your own files' } as Readonly<Record<string, string>>,
  },
  server: {
    start: 'Start',
    stop: 'Stop',
    restart: 'Restart',
    failed: 'That did not work',
    stopTitle: 'Stop the server?',
    stopText: (n: number) =>
      n === 0 ? 'Nobody is online right now.' : `${plural(n, 'person', 'people')} will be disconnected.`,
    stopConfirm: 'Stop the server',
  },
};
