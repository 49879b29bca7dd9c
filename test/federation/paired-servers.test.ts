/** What becomes of contacts when a pair of servers begins and ends, while federation is on for others. */
import { expect, test } from 'vitest';
import type { PairedServers } from '../../server/federation/paired-servers.ts';
import { FederationScene } from './federation-scene.ts';

class TestPairs implements PairedServers {
  readonly domains = new Set(['montague.local', 'capulet.local']);
  changed: (domain: string) => void = () => undefined;
  part: (domain: string) => Promise<void> = () => Promise.resolve();

  get isEmpty(): boolean {
    return this.domains.size === 0;
  }

  has(domain: string): boolean {
    return this.domains.has(domain);
  }

  onChange(listener: (domain: string) => void): void {
    this.changed = listener;
  }

  onParting(part: (domain: string) => Promise<void>): void {
    this.part = part;
  }

  async remove(domain: string): Promise<void> {
    await this.part(domain);
    this.domains.delete(domain);
    this.changed(domain);
  }

  add(domain: string): void {
    this.domains.add(domain);
    this.changed(domain);
  }
}

async function open() {
  const pairs = new TestPairs();
  const stage = await FederationScene.open({ accounts: ['romeo'], pairs });
  const romeo = await stage.scene.login('romeo', 'orchard');
  await romeo.request(`<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
  romeo.sends('<presence/>');
  await romeo.next();
  for (const juliet of ['juliet@capulet.local', 'juliet@montague.local']) {
    romeo.sends(`<presence to='${juliet}' type='subscribe'/>`);
    await romeo.next();
    await romeo.settles();
    await stage.links.brings(`<presence from='${juliet}' to='romeo@localhost' type='subscribed'/>`);
    await romeo.next();
    await romeo.next();
    await stage.links.brings(`<presence from='${juliet}' to='romeo@localhost' type='subscribe'/>`);
    await romeo.next();
    romeo.sends(`<presence to='${juliet}' type='subscribed'/>`);
    await romeo.next();
    await romeo.settles();
    await stage.links.brings(`<presence from='${juliet}/balcony' to='romeo@localhost'/>`);
    await romeo.next();
  }
  stage.links.waiting.splice(0);
  const sent = () =>
    stage.links.waiting.splice(0).map((element) => `${element.attr('type') ?? 'available'} ${element.attr('to')}`);
  return { stage, pairs, romeo, sent };
}

test('the end of one says goodbye there, shows its people as gone here, and leaves the others alone', async () => {
  const { stage, pairs, romeo, sent } = await open();
  await using _ = stage;
  await pairs.remove('capulet.local');
  expect(sent()).toEqual(['unavailable juliet@capulet.local']);
  await romeo.receives(`<presence from='juliet@capulet.local/balcony' type='unavailable'/>`);
  await romeo.receivesNothing();
  expect(stage.federation.status.state).toBe('on');
});

test('a new one asks for the presence of contacts there, and shows them ours', async () => {
  const { stage, pairs, sent } = await open();
  await using _ = stage;
  await pairs.remove('capulet.local');
  sent();
  pairs.add('capulet.local');
  expect(sent()).toEqual(['available juliet@capulet.local', 'probe juliet@capulet.local']);
});

test('the end waits for the goodbye to arrive, but not for ever', async () => {
  const { stage, pairs } = await open();
  await using _ = stage;
  stage.links.summaries = [
    {
      domain: 'capulet.local',
      state: 'connecting',
      outgoing: [],
      incoming: [],
      queuedStanzas: 1,
      queuedBytes: 80,
      lastFailure: undefined,
      nextAttemptAtMs: undefined,
    },
  ];
  const removed = pairs.remove('capulet.local');
  expect(pairs.has('capulet.local')).toBe(true);
  stage.scene.clock.advance(3_000);
  await removed;
  expect(pairs.has('capulet.local')).toBe(false);
});
