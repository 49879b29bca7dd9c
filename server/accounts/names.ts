/** The names of new accounts: which are taken, which look like one that is, and which nobody could have typed. */
import { prepareLocalpart } from '../jid/precis.ts';
import { AccountError } from './account-error.ts';
import { isOfOneScript } from './script-mix.ts';
import { skeletonOf } from './skeleton.ts';

export class AccountNames {
  readonly #isTaken: (localpart: string) => boolean;
  /** How many names there are of each look: those that were here before there was this rule may share one. */
  readonly #looks = new Map<string, number>();

  constructor(isTaken: (localpart: string) => boolean) {
    this.#isTaken = isTaken;
  }

  add(localpart: string): void {
    const look = skeletonOf(localpart);
    this.#looks.set(look, (this.#looks.get(look) ?? 0) + 1);
  }

  delete(localpart: string): void {
    const look = skeletonOf(localpart);
    const others = (this.#looks.get(look) ?? 0) - 1;
    if (others > 0) this.#looks.set(look, others);
    else this.#looks.delete(look);
  }

  /** The name that a new account of that name gets. @throws AccountError with `invalid-name` or `conflict` */
  prepareNew(wanted: string): string {
    const localpart = prepareLocalpart(wanted);
    if (localpart === undefined || localpart === '') {
      throw new AccountError('invalid-name', `"${wanted}" cannot be the name of an account.`);
    }
    const fault = this.faultOf(localpart);
    if (fault !== undefined) throw fault;
    return localpart;
  }

  /** Why no new account can have this name, which is prepared. SECURITY: it is not told which name it is too much like. */
  faultOf(localpart: string): AccountError | undefined {
    if (this.#isTaken(localpart)) return new AccountError('conflict', `The name "${localpart}" is taken.`);
    if (!isOfOneScript(localpart)) {
      const text = `The name "${localpart}" mixes letters of different alphabets that are easily mistaken for each other.`;
      return new AccountError('invalid-name', text);
    }
    if (!this.#looks.has(skeletonOf(localpart))) return undefined;
    return new AccountError('conflict', `The name "${localpart}" is too much like a name that is taken.`);
  }
}
