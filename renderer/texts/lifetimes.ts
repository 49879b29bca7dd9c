/** The texts about how long an account lasts: guests, deleted accounts, and people who wait to be let in. */
import { plural } from './plural.ts';

export const lifetimes = {
  waiting: {
    title: 'Waiting to be let in',
    text: 'They made an account themselves and cannot sign in yet.',
    asked: (jid: string) => `${jid} · asked`,
    approve: 'Let in',
    approveName: (name: string) => `Let ${name} in`,
    refuse: 'Send away',
    refuseName: (name: string) => `Send ${name} away`,
    approved: (name: string) => `${name} can sign in now.`,
    refused: (name: string) => `${name} was sent away.`,
  },
  deleted: 'Deleted',
  guestUntil: (when: string) => `Guest until ${when}`,
  vanishes: 'Gone for good',
  restore: 'Restore',
  restoreHint: 'Everything that was kept for this account is still there.',
  restored: (name: string) => `${name} is back, as before.`,
  removeNow: 'Remove for good…',
  end: {
    title: 'How long this account lasts',
    lasting: 'It lasts until somebody removes it.',
    until: (when: string) => `It ends by itself on ${when}, with everything that is kept for it.`,
    label: 'From now on',
    keep: 'Leave it as it is',
    submit: 'Change the end',
    lastsNow: (name: string) => `${name} is here to stay.`,
    endsAt: (name: string, when: string) => `${name} is a guest until ${when}.`,
  },
  choice: 'How long',
  choiceHint: 'A guest’s account ends by itself, with everything that is kept for it.',
  forGood: 'For good',
  hours: {
    '4': '4 hours',
    '24': 'A day',
    '72': '3 days',
    '168': 'A week',
    '720': 'A month',
  },
  remove: {
    text: (jid: string, days: number) =>
      `${jid} is signed out everywhere and is gone for everybody. For ${plural(days, 'day', 'days')} you can restore it as it was; then it vanishes with everything that is kept for it.`,
    submit: 'Delete',
    atOnce: 'Remove it for good at once',
    told: (name: string) => `${name} is deleted. You can still restore the account.`,
  },
};
