/** What is known of a name without asking anybody; asking is tested in a network (e2e/lan). */
import { expect, test } from 'vitest';
import { probeName } from '../../server/lan/name-probe.ts';

const probed = (domain: string) =>
  probeName({ domain, wanted: [], interfaces: () => ({}), hostName: () => 'laptop.office.example' });

test.each([
  ['local', 'snug-chat.local'],
  ['chat.miller.local', 'chat-miller.local'],
  ['laptop.local', 'laptop-chat.local'],
])('%s will not do, and %s is proposed', async (domain, proposal) => {
  expect(await probed(domain)).toMatchObject({ outcome: 'invalid', proposal });
});

test('a name that mDNS has nothing to do with is not asked for', async () => {
  const { outcome, text } = await probed('chat.example.org');
  expect(outcome).toBe('unknown');
  expect(text).toContain('belongs to whoever has registered it');
});

test('without a network nobody can be asked, which is not the same as free', async () => {
  expect(await probed('miller.local')).toEqual({
    outcome: 'unknown',
    text: 'This computer is in no private network, so nobody could be asked.',
  });
});
