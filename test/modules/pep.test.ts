/** XEP-0163: publishing, and who hears of it. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { appears, TUNE, tuneEvent, tunePublication } from './pep-steps.ts';
import { letsSee } from './subscribed.ts';

describe('publishing', () => {
  test('a node is made by publishing to it (example 1), and its items can be fetched', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const answer = await juliet.request(tunePublication('Introduction', 'bffe6584'));
    expect(answer.toXml()).toContain("<item id='bffe6584'/>");
    juliet.sends(
      `<iq type='get' id='a'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${TUNE}'/></pubsub></iq>`,
    );
    await juliet.receives(
      `<iq type='result' id='a'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${TUNE}'><item id='bffe6584'><tune xmlns='${TUNE}'><title>Introduction</title></tune></item></items></pubsub></iq>`,
    );
  });

  test('contacts and the own resources that want it are notified', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    await letsSee(juliet, romeo);
    await appears(romeo, [TUNE]);
    juliet.sends(tunePublication('Introduction', 'x').replace('<iq', "<iq id='p'"));
    await romeo.receives(tuneEvent('juliet@localhost', 'romeo@localhost/orchard', 'Introduction', 'x'));
  });
});
