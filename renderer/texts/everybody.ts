/** The texts of telling everybody. */
import { plural } from './plural.ts';

export const everybody = {
  open: 'Tell everybody…',
  title: 'Tell everybody',
  now: 'Now',
  nowHint: 'To everybody who is online at this moment.',
  nowText: 'What everybody should know',
  send: 'Send',
  sent: (n: number) => (n === 0 ? 'Nobody was online.' : `Sent to ${plural(n, 'person', 'people')} online.`),
  motd: 'Message of the day',
  motdHint: 'Everybody gets it once: now, or when they come next.',
  correction: 'Only correct it: who has it already does not get it again',
  welcome: 'Welcome message',
  welcomeHint: 'Every new person gets it when they sign in for the first time.',
  save: 'Save',
  remove: 'Remove',
  removeName: (what: string) => `Remove: ${what}`,
  saveName: (what: string) => `Save: ${what}`,
  saved: 'Saved',
  removed: 'Removed',
};
