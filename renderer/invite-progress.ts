/** How far an invitation has come, as steps that can be shown. Everything is a function of the server's snapshot. */
import type { InvitationSummary } from '../server/control/contract.ts';
import { splitJid } from './format.ts';
import { texts } from './texts.ts';

const words = texts.invite.progress;

export interface ProgressStep {
  readonly key: 'opened' | 'joined' | 'arrived';
  readonly text: string;
  /** `skipped`: what comes after it has happened, so it must have, unseen. */
  readonly state: 'done' | 'waiting' | 'skipped';
}

/** Of somebody who has come. */
export interface Arrival {
  readonly localpart: string;
  readonly hasSignedIn: boolean;
}

export function arrivalsOf({ redeemedBy }: Pick<InvitationSummary, 'redeemedBy'>): readonly Arrival[] {
  return redeemedBy.map(({ jid, signedInAt }) => ({
    localpart: splitJid(jid).localpart,
    hasSignedIn: signedInAt !== undefined,
  }));
}

/** Of a link for one person, or of the first who uses it. */
export function progressSteps(invitation: InvitationSummary): readonly ProgressStep[] {
  const first = arrivalsOf(invitation).at(-1);
  const isOpened = invitation.openedAt !== undefined;
  const opened: ProgressStep = {
    key: 'opened',
    state: isOpened ? 'done' : first === undefined ? 'waiting' : 'skipped',
    text: isOpened ? words.opened : first === undefined ? words.waiting : words.skipped,
  };
  if (invitation.purpose === 'password') {
    return [opened, step('joined', first !== undefined, words.password, words.notPassword)];
  }
  const name = first?.localpart ?? '';
  return [
    opened,
    step('joined', first !== undefined, words.joined(name), words.notJoined),
    step('arrived', first?.hasSignedIn === true, words.arrived(name), words.notArrived),
  ];
}

function step(key: ProgressStep['key'], isDone: boolean, done: string, waiting: string): ProgressStep {
  return { key, state: isDone ? 'done' : 'waiting', text: isDone ? done : waiting };
}
