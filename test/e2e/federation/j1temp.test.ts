import { expect, test } from 'vitest';
import { Neighbours } from './neighbours.ts';

test('x', { timeout: 150_000 }, async () => {
  const neighbours = await Neighbours.start('certificate', ['prosody']);
  const theirs = neighbours.other('prosody');
  const alice = await neighbours.login(neighbours.ours, 'alice');
  const bob = await neighbours.login(theirs, 'bob');
  await alice.befriends(bob);
  try {
    for (let n = 0; n < 6; n++) {
      const id = `while ${n}`;
      await theirs.kill();
      await expect
        .poll(async () => (await neighbours.streams(theirs.domain))?.outgoing, { timeout: 15000 })
        .toEqual([]);
      alice.says(bob, id);
      await theirs.startAgain();
      if (n % 2 === 0) await expect.poll(async () => { const x = await neighbours.streams(theirs.domain); return [x?.outgoing.length, x?.queued]; }, { timeout: 15000 }).toEqual([1, 0]);
      await bob.client?.login();
      const t = Date.now();
      await expect.poll(() => bob.heard, { timeout: 12_000 }).toContain(id);
      console.log(id, Date.now() - t);
      bob.says(alice, `back ${n}`);
      await expect.poll(() => alice.heard, { timeout: 12_000 }).toContain(`back ${n}`);
    }
  } catch (e) {
    console.log(
      JSON.stringify(await neighbours.streams(theirs.domain), undefined, 1),
      alice.returned,
      bob.heard,
      new Date().toISOString(),
    );
    throw e;
  } finally {
    await neighbours[Symbol.asyncDispose]();
  }
});
