/** Who does something to the server, and through which door he came. */
import { EVERYTHING, type Permissions } from '../accounts/permissions.ts';

export const DOORS = ['window', 'command-line', 'chat', 'rest'] as const;
export type Door = (typeof DOORS)[number];

export interface Actor {
  /** A bare JID, or `this computer` for who sits before it. */
  readonly name: string;
  readonly door: Door;
  readonly permissions: Permissions;
  /** The resource he is connected with, where he came through chat. */
  readonly resource?: string;
}

export const THIS_COMPUTER = 'this computer';

/** Whoever can open the window or the control socket has the data directory in his hands, and so may do everything. */
export function thisComputer(door: Door): Actor {
  return { name: THIS_COMPUTER, door, permissions: EVERYTHING };
}
