/** XEP-0480: SASL Upgrade Tasks. A client that knows the password computes the keys that an account lacks. */
import { type Element, el } from '../../xml/element.ts';
import type { ScramMechanism } from '../sasl/mechanism.ts';
import { decodeBase64, encodeBase64 } from '../sasl/sign-in.ts';
import type { InlineFeature, SignInTask, TaskStep } from './sasl2-inline.ts';

const NS_UPGRADE = 'urn:xmpp:sasl:upgrade:0';
const NS_SCRAM_UPGRADE = 'urn:xmpp:scram-upgrade:0';

const NO_KEYS: TaskStep = {
  kind: 'failure',
  condition: 'malformed-request',
  text: 'These are no keys for this account.',
};

/** New keys in the making. */
export interface KeyUpgrade {
  readonly salt: Uint8Array;
  readonly iterations: number;
  /**
   * Takes SaltedPassword (RFC 5802 section 3); resolves when the keys are on disk. False when it has not the length of
   * the hash, or the password was changed meanwhile.
   */
  finish(saltedPassword: Uint8Array): Promise<boolean>;
}

/** The accounts, as far as upgrades need them. Localparts are prepared. */
export interface KeyUpgrades {
  /** For what an account's keys are missing or weaker than new ones would be; nothing for nobody. */
  needed(localpart: string): readonly ScramMechanism[];
  begin(localpart: string, mechanism: ScramMechanism): KeyUpgrade;
  /** The same for as long as the account has the same password. */
  passwordMark(localpart: string): string;
}

export function createUpgrade(upgrades: KeyUpgrades): InlineFeature {
  return {
    name: 'upgrade',
    xeps: [{ xep: '0480', version: '0.2.0' }],

    // Only who claims an account is told, and only what that one lacks: all others look like nobody.
    advertise: ({ claimedAccount }) =>
      claimedAccount === undefined
        ? []
        : upgrades.needed(claimedAccount).map((name) => el('upgrade', NS_UPGRADE, undefined, taskName(name))),

    tasks({ element, localpart, mechanism, offered }) {
      // SECURITY: a token (XEP-0484) must not be turned into keys of a password, which would outlive it.
      if (!offered.includes(mechanism)) return [];
      const wanted = new Set(element.elements.filter((child) => child.is('upgrade', NS_UPGRADE)).map(nameIn));
      return upgrades
        .needed(localpart)
        .filter((name) => wanted.has(taskName(name)))
        .map((name) => createTask(localpart, name, upgrades, upgrades.passwordMark(localpart)));
    },
  };
}

/** `provenMark` is that of the password that was proven. */
function createTask(
  localpart: string,
  mechanism: ScramMechanism,
  upgrades: KeyUpgrades,
  provenMark: string,
): SignInTask {
  let upgrade: KeyUpgrade | undefined;
  return {
    name: taskName(mechanism),
    take(element): TaskStep | Promise<TaskStep> {
      // SECURITY: whoever has proven an old password must neither get in nor leave keys with an account that has a new one.
      if (upgrades.passwordMark(localpart) !== provenMark) return NO_KEYS;
      if (element.name === 'next') {
        upgrade = upgrades.begin(localpart, mechanism);
        const { salt, iterations } = upgrade;
        const payload = el('salt', NS_SCRAM_UPGRADE, { iterations: String(iterations) }, encodeBase64(salt));
        return { kind: 'data', payload };
      }
      const text = element.childText('hash', NS_SCRAM_UPGRADE)?.replace(/\s+/g, '') ?? '';
      const saltedPassword = decodeBase64(text);
      if (upgrade === undefined || text === '') return { kind: 'failure', condition: 'malformed-request' };
      if (saltedPassword === undefined) return { kind: 'failure', condition: 'incorrect-encoding' };
      return finish(upgrade, saltedPassword);
    },
  };
}

async function finish(upgrade: KeyUpgrade, saltedPassword: Uint8Array): Promise<TaskStep> {
  return (await upgrade.finish(saltedPassword)) ? { kind: 'done' } : NO_KEYS;
}

function taskName(mechanism: ScramMechanism): string {
  return `UPGR-${mechanism}`;
}

function nameIn(element: Element): string {
  return element.text().trim();
}
