/** Notifications to subscribers of other servers that come back (XEP-0060 section 12.3). */
import { expect, test } from 'vitest';
import { readStanza } from '../../server/router/read-stanza.ts';
import { errorReply, type StanzaCondition, StanzaError } from '../../server/stanza/error.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene } from '../scene/scene.ts';
import { NS_OWNER, NS_PUBSUB } from './pep-steps.ts';
import { asksAsOwner, makes, publishes, SERVICE } from './pubsub-steps.ts';

const NODE = 'news';

/** How many are still subscribed after a notification to `jid` has come back with `condition`. */
async function subscribersAfter(condition: StanzaCondition, jid: string): Promise<number> {
  await using scene = await openScene({ accounts: ['hamlet'] });
  const { router } = scene.server;
  let came = 0;
  router.remote = {
    deliver(stanza) {
      if (stanza.kind !== 'message') return;
      came++;
      const error = readStanza(errorReply(stanza.element, new StanzaError(condition)));
      if (error !== undefined) void router.route(error);
    },
  };
  const hamlet = await scene.login('hamlet', 'castle');
  await makes(hamlet, NODE);
  const subscribe = readStanza(
    parseXml(
      `<iq xmlns='jabber:client' type='set' id='1' from='${jid}' to='${SERVICE}'><pubsub xmlns='${NS_PUBSUB}'><subscribe node='${NODE}' jid='${jid}'/></pubsub></iq>`,
    ),
  );
  if (subscribe === undefined) throw new Error('not a stanza');
  await router.route(subscribe);
  await publishes(hamlet, NODE, 'a');
  expect(came).toBeGreaterThan(0);
  const list = await asksAsOwner(hamlet, 'get', `<subscriptions node='${NODE}'/>`);
  return list.child('pubsub', NS_OWNER)?.child('subscriptions')?.elements.length ?? 0;
}

test.each(['remote-server-not-found', 'remote-server-timeout', 'not-allowed'] as const)(
  'a server that cannot be reached (%s) does not end a subscription: it may be back tomorrow',
  async (condition) => {
    expect(await subscribersAfter(condition, 'bernardo@denmark.example')).toBe(1);
    expect(await subscribersAfter(condition, 'bernardo@denmark.example/watch')).toBe(1);
  },
);

test('an address that is gone for good ends its subscription', async () => {
  expect(await subscribersAfter('gone', 'bernardo@denmark.example')).toBe(0);
  expect(await subscribersAfter('service-unavailable', 'bernardo@denmark.example/watch')).toBe(0);
  expect(await subscribersAfter('service-unavailable', 'bernardo@denmark.example')).toBe(1);
});
