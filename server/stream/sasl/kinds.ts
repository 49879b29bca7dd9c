/** The mechanisms of the server's list, strongest first. */
import { anonymousKind, type GuestDoor } from './anonymous.ts';
import type { MechanismKind } from './exchange.ts';
import type { Authenticator, ScramMechanism } from './mechanism.ts';
import { createPlain } from './plain.ts';
import { createScram } from './scram.ts';

const SCRAM: readonly ScramMechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1'];

export interface KindsOptions {
  readonly authenticator: Authenticator;
  /** Asked at each offer. */
  readonly isPlainOffered: () => boolean;
  /** Asked at each offer; undefined, or left out, when nobody lets guests in. */
  readonly guestDoor?: () => GuestDoor | undefined;
  readonly newNonce: () => string;
}

export function createMechanismKinds(options: KindsOptions): readonly MechanismKind[] {
  return [
    ...SCRAM.map((mechanism) => scramKind(mechanism, true, options)),
    ...SCRAM.map((mechanism) => scramKind(mechanism, false, options)),
    plainKind(options),
    anonymousKind(() => options.guestDoor?.()),
  ];
}

function scramKind(
  mechanism: ScramMechanism,
  isPlus: boolean,
  { authenticator, newNonce }: KindsOptions,
): MechanismKind {
  return {
    name: isPlus ? `${mechanism}-PLUS` : mechanism,
    isOffered: ({ claimedAccount }, tls) =>
      (!isPlus || tls.channelBindingTypes.length > 0) &&
      (claimedAccount === undefined || authenticator.hasScramKeys(claimedAccount, mechanism)),
    create: ({ stream, tls, offered }) =>
      createScram({
        mechanism,
        isPlus,
        tls,
        authenticator,
        domain: stream.domain,
        newNonce,
        advertised: { mechanisms: offered, channelBindingTypes: tls.channelBindingTypes },
      }),
  };
}

function plainKind({ authenticator, isPlainOffered }: KindsOptions): MechanismKind {
  return {
    name: 'PLAIN',
    isOffered: isPlainOffered,
    create: ({ stream }) => createPlain(authenticator, stream.domain),
  };
}
