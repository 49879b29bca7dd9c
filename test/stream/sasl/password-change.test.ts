/** A password that is changed while somebody signs in with the old one. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import { authenticate, opensFor, response, signsIn } from '../../scene/sasl2.ts';
import { openScene, passwordOf, target } from '../../scene/scene.ts';
import { createScramClient } from '../../scene/scram-client.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NEW_PASSWORD = 'a rose by any other name';

describe.skipIf(target !== undefined)('the old password does not get in', () => {
  test('when the exchange was begun before the change', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const client = await opensFor(scene, 'juliet');
    const scram = createScramClient({
      hash: 'sha256',
      username: 'juliet',
      password: passwordOf('juliet'),
      nonce: 'abc',
    });
    client.sends(authenticate('SCRAM-SHA-256', scram.first));
    const challenge = await client.next();
    await scene.accounts.setPassword('juliet', NEW_PASSWORD);
    client.sends(response(scram.final(atob(challenge.text()))));
    expect((await client.next()).child('not-authorized', NS_SASL)).toBeDefined();
  });

  test('when the answer was held back until after the change', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    for (let stream = 0; stream < 2; stream++) {
      const guesser = await opensFor(scene, 'juliet');
      for (let i = 0; i < 3; i++) await signsIn(guesser, { password: 'Paris' });
    }
    const client = await opensFor(scene, 'juliet');
    let answer: Element | undefined;
    void signsIn(client).then((element) => {
      answer = element;
    });
    await opensFor(scene, 'juliet'); // the proof has arrived, and the answer waits
    expect(answer).toBeUndefined();
    await scene.accounts.setPassword('juliet', NEW_PASSWORD);
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return answer?.child('not-authorized', NS_SASL);
      })
      .toBeDefined();
  });

  test('when PLAIN was held back until after the change', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'], settings: { 'sasl.plain': true } });
    for (let stream = 0; stream < 2; stream++) {
      const guesser = await opensFor(scene, 'juliet');
      for (let i = 0; i < 3; i++) await signsIn(guesser, { password: 'Paris' });
    }
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('PLAIN', `\0juliet\0${passwordOf('juliet')}`));
    let answer: Element | undefined;
    void client.next().then((element) => {
      answer = element;
    });
    for (let i = 0; i < 3; i++) await signsIn(await opensFor(scene, 'romeo')); // enough turns for an answer to arrive
    expect(answer).toBeUndefined();
    await scene.accounts.setPassword('juliet', NEW_PASSWORD);
    await expect
      .poll(() => {
        scene.clock.advance(1_000);
        return answer?.child('not-authorized', NS_SASL);
      })
      .toBeDefined();
  });
});
