/** Guessing passwords: no way of asking tells faster than the others whether one is right. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import { authenticate, opensFor, signsIn } from '../../scene/sasl2.ts';
import { openScene, passwordOf, type Scene, target } from '../../scene/scene.ts';
import type { SceneClient } from '../../scene/scene-client.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** A house in which answers about Juliet are held back. */
async function openHouse(): Promise<Scene> {
  const scene = await openScene({ accounts: ['juliet', 'romeo'], settings: { 'sasl.plain': true } });
  for (let stream = 0; stream < 2; stream++) {
    const guesser = await opensFor(scene, 'juliet');
    for (let i = 0; i < 3; i++) await signsIn(guesser, { password: 'Paris' });
  }
  return scene;
}

describe.skipIf(target !== undefined)('who would act as somebody else', () => {
  test.each<readonly [string, (client: SceneClient, password: string) => Promise<Element>]>([
    ['SCRAM', (client, password) => signsIn(client, { password, gs2Header: 'n,a=romeo@localhost,' })],
    [
      'PLAIN',
      (client, password) => {
        client.sends(authenticate('PLAIN', `romeo@localhost\0juliet\0${password}`));
        return client.next();
      },
    ],
  ])('hears by %s no sooner that the password is right than that it is wrong', async (_what, attempt) => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    let answer: Element | undefined;
    void attempt(client, passwordOf('juliet')).then((element) => {
      answer = element;
    });
    // Enough turns for an answer to arrive.
    for (let i = 0; i < 3; i++) await signsIn(await opensFor(scene, 'romeo'));
    expect(answer?.toXml()).toBeUndefined();
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return answer?.child('invalid-authzid', NS_SASL);
      })
      .toBeDefined();
  });
});
