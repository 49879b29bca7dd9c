/** The texts of invitations: the sheet, the printed card, and links for a new password. */
import { plural } from './plural.ts';

export const invite = {
  open: 'Invite someone',
  title: 'Invite someone',
  readyTitle: 'The invitation is ready',
  intro:
    'Make a link that lets somebody in. They scan it with their phone, and the page behind it helps with the rest.',
  name: 'For whom',
  nameHint: 'Their name in the address. Leave it empty, and they choose one themselves.',
  namePlaceholder: 'maria',
  inviter: 'Becomes a contact of',
  inviterHint: 'So that the newcomer has somebody to write to at once.',
  nobody: 'Nobody',
  lifetime: 'The link is good for',
  lifetimes: { 1: 'One hour', 24: 'One day', 72: 'Three days', 168: 'One week', 720: '30 days' } as Readonly<
    Record<number, string>
  >,
  bySetting: 'As long as the settings say',
  more: 'More choices',
  uses: 'How many people may use it',
  usesHint: 'One link for a whole club, for example on a printed card.',
  usesName: 'It is for one person, because it has a name.',
  groups: 'Groups',
  groupsHint: 'The newcomer is put into these besides Everyone.',
  account: 'The account',
  accountLasts: 'The account lasts',
  accountHint: 'A guest’s account ends by itself, with everything in it.',
  forGood: 'For good',
  submit: 'Make the invitation',
  again: 'Invite somebody else',
  print: 'Print a card',

  /** What it is for, as a sentence. */
  facts: {
    goodFor: (n: number, date: string) => `Good for ${n === 1 ? 'one person' : `${n} people`}, until ${date}.`,
    guest: (duration: string) => `The account ends ${duration} after it was made.`,
  },
  page: {
    title: 'With the camera',
    text: 'For everybody. The page helps to get an app and to trust this server.',
    code: 'QR code of the join page',
    link: 'the link of the join page',
    none: 'The join page is switched off or this computer is on no network. Without it, people need an app that opens invitations.',
  },
  app: {
    title: 'In a chat app',
    text: 'For who has an app already that scans invitations.',
    code: 'QR code for chat apps',
    link: 'the link for chat apps',
  },
  sameNetwork: 'Their phone or computer must be on the same network as this one.',
  onceOnly: 'The link is shown now and cannot be shown again. Whoever has it can use it.',
  push: 'An iPhone tells of messages while its app is closed only if this server may chat with other servers over the internet. Without that, they are there when the app is opened. Apps on Android such as Conversations stay connected by themselves.',

  progress: {
    title: 'How far it is',
    opened: 'Link opened',
    waiting: 'Waiting for the link to be opened',
    skipped: 'The link was opened in an app, or in a browser that does not tell',
    joined: (name: string) => `Account made: ${name}`,
    notJoined: 'The account is made',
    arrived: (name: string) => `${name} signed in for the first time`,
    notArrived: 'Signs in for the first time',
    password: 'New password chosen',
    notPassword: 'A new password is chosen',
    ofMany: (used: number, all: number) => `${used} of ${plural(all, 'person', 'people')} came in`,
    over: { expired: 'The link has expired.', revoked: 'The link was taken back.' },
  },

  list: {
    title: 'Open invitations',
    none: 'There are none.',
    anybody: 'Anybody',
    people: (left: number, all: number) => `${left} of ${plural(all, 'person', 'people')} left`,
    password: (name: string) => `New password for ${name}`,
    contactOf: (name: string) => `Contact of ${name}`,
    ends: 'ends',
    states: { open: 'Open', used: 'Used', expired: 'Expired', revoked: 'Taken back' },
    seen: 'Open, and its page was looked at',
    joined: (names: string) => `joined: ${names}`,
    recent: 'Over',
    revoke: 'Take back',
    revokeName: (what: string) => `Take back: ${what}`,
    revoked: 'The invitation is worth nothing any more.',
  },

  card: {
    title: (domain: string) => `Chat with us at ${domain}`,
    forName: (jid: string) => `Your address will be ${jid}`,
    steps: [
      'Connect your phone or computer to the network here.',
      'Scan this code with the camera, and follow the page: it names an app for your device.',
      'If the page or the app asks whether to trust this server, compare the words or the fingerprint below.',
    ],
    address: 'Server',
    page: 'Page',
    words: 'Six words',
    fingerprint: 'Fingerprint (SHA-256)',
    until: 'Good until',
  },

  reset: {
    title: 'New password',
    hint: 'A link with which this person chooses a new password. You do not get to know it.',
    submit: 'Make a link',
    code: 'QR code of the link for a new password',
    link: 'the link for a new password',
    noPage:
      'The join page is switched off or this computer is on no network, so there is no link. Reset the password instead.',
    until: (date: string) => `Good once, until ${date}.`,
  },
};
