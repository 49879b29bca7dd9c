/** How the deeds about federation are carried out. */
import { DeedError } from './administration/deed-error.ts';
import type { Carriers, DeedName, FederationTest } from './administration/deeds.ts';
import type { Federation } from './federation/federation.ts';
import type { LinkTest, TestNote } from './federation/links/link-summary.ts';
import { PinError } from './federation/pins.ts';

/** What deeds can do to federation; see `Federation`. */
export type FederationDoor = Pick<Federation, 'status' | 'test' | 'disconnect' | 'repin' | 'pins'>;

type FederationCarriers = Pick<Carriers, Extract<DeedName, `federation.${string}`>>;

/** `door` gives nothing where there is no federation at all: in scenes, and before the server is up. */
export function createFederationCarriers(door: () => FederationDoor | undefined): FederationCarriers {
  const find = (): FederationDoor => {
    const found = door();
    if (found === undefined) throw new DeedError('refused', 'This server cannot talk with other servers.');
    return found;
  };
  const pinning = async (change: (federation: FederationDoor) => Promise<string>): Promise<void> => {
    try {
      const federation = find();
      federation.repin(await change(federation));
    } catch (error) {
      throw error instanceof PinError ? new DeedError(error.code, error.message) : error;
    }
  };
  return {
    async 'federation.test'({ domain }) {
      try {
        return summarizeTest(await find().test(domain));
      } catch (error) {
        throw error instanceof RangeError ? new DeedError('refused', error.message) : error;
      }
    },
    'federation.disconnect'({ domain }) {
      if (!find().disconnect(domain)) throw new DeedError('not-found', `There is no connection with ${domain}.`);
    },
    'federation.pin': ({ domain, fingerprint }) => pinning(({ pins }) => pins.add(domain, fingerprint)),
    'federation.unpin': ({ domain, fingerprint }) => pinning(({ pins }) => pins.remove(domain, fingerprint)),
  };
}

/** @throws DeedError where a setting cannot be given this value on this server */
export function refuseImpossibleSetting(key: string, value: unknown, door: FederationDoor | undefined): void {
  const obstacle = key === 'federation.enabled' && value === true ? door?.status.obstacle : undefined;
  if (obstacle !== undefined) throw new DeedError('refused', obstacle);
}

const OUTCOMES: Readonly<Record<TestNote['outcome'], FederationTest['steps'][number]['outcome']>> = {
  passed: 'ok',
  remark: 'warn',
  failed: 'fail',
};

function summarizeTest({ domain, isReached, notes }: LinkTest): FederationTest {
  return {
    domain,
    isReachable: isReached,
    steps: notes.map(({ step, outcome, sentence, ...shown }) => ({
      name: step,
      outcome: OUTCOMES[outcome],
      text: sentence,
      ...shown,
    })),
  };
}
