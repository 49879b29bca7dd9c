/** Everything that the tray, its notifications and its dialogs say: the one catalogue of the shell. */

const PRODUCT = 'Snug';

function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

export const texts = {
  product: PRODUCT,

  // The first row of the tray's menu, its tooltip and the head of the window.
  needsSetup: `${PRODUCT} is not set up yet`,
  starting: (name: string) => `${name} is starting…`,
  running: (name: string, online: number) =>
    `${name} is running — ${online === 0 ? 'nobody online' : `${count(online, 'person', 'people')} online`}`,
  /** Where there is but one line: behind the headline of a server that runs. */
  runningWithProblem: (headline: string, reason: string) => `${headline}; ${reason}`,
  stopping: 'The server is stopping.',
  stopped: (name: string) => `${name} is stopped`,
  failed: (name: string, reason: string) => `${name} could not run: ${reason}`,

  // Reasons.
  startsAgain: (seconds: number) =>
    `The server ended unexpectedly and starts again in ${count(seconds, 'second', 'seconds')}.`,
  crashLoop: 'The server ended unexpectedly again and again. The logs say more.',
  stoppedByCommand: 'It was stopped with the snug command.',
  noNetwork: 'this computer is not connected to a network',
  noPort: 'all ports for chat apps are switched off',
  certificateExpired: 'the certificate has expired',
  certificateExpires: (days: number) =>
    days === 0 ? 'the certificate expires today' : `the certificate expires in ${count(days, 'day', 'days')}`,
  needAttention: (amount: number) => `${count(amount, 'thing needs', 'things need')} attention`,

  // Rows of the menu.
  finishSetup: 'Finish setup…',
  invite: 'Invite someone…',
  open: `Open ${PRODUCT}…`,
  federation: 'Allow chatting with other servers',
  visible: 'Visible on this network',
  pause: 'Pause server',
  start: 'Start server',
  startAgain: 'Start again',
  restart: 'Restart server',
  startAtLogin: 'Start at login',
  viewLogs: 'View logs',
  quit: `Quit ${PRODUCT}`,
  quitRunning: `Quit ${PRODUCT} (people will be disconnected)`,

  // Notifications.
  recoveredTitle: `${PRODUCT} was started again`,
  recoveredBody: 'The server had ended unexpectedly. Everybody can chat again.',
  failedTitle: `${PRODUCT} is not running`,

  // Before the first start: nothing listens on the network until this has been read.
  setupMessage: 'Start your own chat server on this computer?',
  setupDetail:
    'Everybody on your network can then chat with any XMPP app, at the address snug.local. Your system may ask whether ' +
    `${PRODUCT} may accept connections: allow it for private networks.\n\nYour own account is made at the first start.`,
  setupStart: 'Start server',
  setupLater: 'Not now',

  // The account that the first start made.
  firstAccountTitle: `Welcome to ${PRODUCT}`,
  firstAccountMessage: 'Your own account is ready',
  firstAccountDetail: (jid: string, password: string) =>
    `Address: ${jid}\nPassword: ${password}\n\nWrite the password down: it is shown only now. Log in with any XMPP app.`,
  copyPassword: 'Copy password',
  done: 'Done',

  // Closing the window where there is no tray.
  closeMessage: 'Keep the chat server running?',
  closeDetail: `This desktop has no place for tray icons. ${PRODUCT} can go on in the background without a window; start it again to see the window.`,
  closeKeep: 'Keep running',
  closeQuit: 'Quit',
  closeCancel: 'Cancel',

  // A page in place of the window's own, in a source tree where that was not built.
  windowMissing: 'The window has not been built. Run: npm run build:window',
} as const;
