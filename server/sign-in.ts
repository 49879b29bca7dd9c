/** How clients come in: the stream features from the first byte to a session, joined to accounts and sessions. */
import type { Accounts } from './accounts/accounts.ts';
import { SignInAttempts } from './accounts/sign-in-attempts.ts';
import { createAuthenticator } from './authenticator.ts';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import { saslSettings } from './config/settings.ts';
import { NEGOTIATION_MS } from './listeners/streams.ts';
import { type BindFeature, bindWithFeatures } from './router/bind-features.ts';
import type { SessionLifecycle } from './router/session-lifecycle.ts';
import type { Sessions } from './session/sessions.ts';
import type { StreamFeature } from './stream/feature.ts';
import { createBind } from './stream/features/bind.ts';
import { createBind2 } from './stream/features/bind2.ts';
import { createLimits } from './stream/features/limits.ts';
import { configVersion, pipelining } from './stream/features/pipelining.ts';
import { createSasl } from './stream/features/sasl.ts';
import { createSasl2 } from './stream/features/sasl2.ts';
import type { InlineFeature } from './stream/features/sasl2-inline.ts';
import { createUpgrade } from './stream/features/sasl2-upgrade.ts';
import { starttls } from './stream/features/starttls.ts';
import type { GuestDoor } from './stream/sasl/anonymous.ts';
import { createMechanismKinds } from './stream/sasl/kinds.ts';
import { SignIn } from './stream/sasl/sign-in.ts';

const NONCE_BYTES = 18;
const IDENTIFIER_BYTES = 9;

export interface SignInFeaturesOptions {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly lifecycle: SessionLifecycle;
  readonly clock: Clock;
  readonly randomBytes: (bytes: number) => Buffer;
  /** Of modules, as they come and go. */
  readonly inline: readonly InlineFeature[];
  readonly bindFeatures: readonly BindFeature[];
  /** Of a client that has signed in: after how much silence it is looked after; undefined when it is not. */
  readonly idleSeconds: () => number | undefined;
  /** Undefined when nobody lets guests in. */
  readonly guestDoor: () => GuestDoor | undefined;
}

/** In two parts: the features of modules are offered in between. */
export interface SignInFeatures {
  readonly first: readonly StreamFeature[];
  readonly last: readonly StreamFeature[];
}

export function createSignInFeatures(options: SignInFeaturesOptions): SignInFeatures {
  const { config, accounts, sessions, lifecycle, clock, randomBytes, inline, bindFeatures } = options;
  const sasl = config.group('sasl', saslSettings);
  const authenticator = createAuthenticator(accounts, new SignInAttempts({ now: () => clock.elapsedMs() }));
  const signIn = new SignIn({
    authenticator,
    mechanisms: createMechanismKinds({
      authenticator,
      isPlainOffered: () => sasl.plain,
      guestDoor: options.guestDoor,
      newNonce: () => randomBytes(NONCE_BYTES).toString('base64'),
    }),
    wait: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
  });
  const bind2 = createBind2({
    features: () => bindFeatures.flatMap(({ name }) => name ?? []),
    bind: (stream, request) =>
      bindWithFeatures(
        {
          sessions,
          lifecycle,
          features: bindFeatures,
          newIdentifier: () => randomBytes(IDENTIFIER_BYTES).toString('base64url'),
        },
        stream,
        request,
      ),
  });
  const upgrade = createUpgrade({
    needed: (localpart) => accounts.outdatedMechanisms(localpart),
    begin: (localpart, mechanism) => accounts.beginUpgrade(localpart, mechanism),
    // An account of the same name that was made meanwhile is another one.
    passwordMark: (localpart) => `${accounts.get(localpart)?.createdAt} ${accounts.passwordVersion(localpart)}`,
  });
  return {
    first: [
      starttls,
      createSasl(signIn),
      createSasl2({ signIn, inline: () => [pipelining, bind2, ...inline, upgrade] }),
      createBind((stream, resource) => lifecycle.bind(stream, resource)),
      createLimits((stream) => (stream.account === undefined ? NEGOTIATION_MS / 1_000 : options.idleSeconds())),
    ],
    last: [configVersion],
  };
}
