import { describe, expect, test } from 'vitest';
import { describeProblems, findDomainFault, type LanCircumstances } from '../../server/lan/problems.ts';

function problemsOf(circumstances: Partial<LanCircumstances>) {
  return describeProblems({
    domain: 'miller.local',
    hostName: 'laptop',
    addresses: ['192.168.1.5'],
    conflicts: [],
    isMdnsUnusable: false,
    localZone: undefined,
    ...circumstances,
  });
}

describe('problems', () => {
  test('a name that somebody else has: who, and what to do, and that Snug does not rename', () => {
    const conflicts = [{ name: 'miller.local', holder: '192.168.1.9', isClaimed: false }];
    expect(problemsOf({ conflicts })).toEqual([
      {
        code: 'name-taken',
        text: 'Another device on this network (192.168.1.9) is called miller.local already, so nobody finds this server by its name.',
        fix:
          'Give that device another name, or set up Snug with another one, such as miller-chat.local. ' +
          'Snug never changes its name by itself, because everybody’s address ends with it. ' +
          'Until then apps can be given the address 192.168.1.5.',
      },
    ]);
  });

  test('a name that both use is told apart from one that was not taken', () => {
    const [problem] = problemsOf({ conflicts: [{ name: 'miller.local', holder: '192.168.1.9', isClaimed: true }] });
    expect(problem?.text).toContain('as well, so people may reach that one');
  });

  test('for a domain that is not of this network no other one is proposed', () => {
    const conflicts = [{ name: 'chat-example-org.local', holder: '192.168.1.9', isClaimed: false }];
    const [problem] = problemsOf({ domain: 'chat.example.org', conflicts });
    expect(problem?.fix).toMatch(/^Give that device another name\. Snug/);
  });

  test('a contested name of a service is none, for it is numbered', () => {
    const name = 'Miller._xmpp-client._tcp.local';
    expect(problemsOf({ conflicts: [{ name, holder: '192.168.1.9', isClaimed: true }] })).toEqual([]);
  });

  test.each<[string, Partial<LanCircumstances>, string]>([
    ['the name of the computer', { hostName: 'Miller' }, 'name-is-the-computers'],
    ['a name of three parts', { domain: 'chat.miller.local' }, 'name-too-deep'],
    ['a DNS server with the zone', { localZone: 'local' }, 'local-zone'],
    ['a port that cannot be had', { isMdnsUnusable: true, addresses: [] }, 'mdns-unusable'],
  ])('%s is one', (_what, circumstances, code) => {
    const problems = problemsOf(circumstances);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    for (const { text, fix } of problems) {
      expect(text).toMatch(/^[^ ].*\.$/);
      expect(fix).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('domains for a new server', () => {
  test.each(['miller.local', 'müller.local', 'chat.example.org', 'deep.chat.example.org', 'office.lan', 'localhost'])(
    '%s will do',
    (domain) => {
      expect(findDomainFault(domain, 'laptop')).toBeUndefined();
    },
  );

  test.each([
    ['chat.miller.local', 'exactly two parts, such as chat-miller.local.'],
    ['local', 'exactly two parts, such as snug-chat.local.'],
    [
      'laptop.local',
      'the name of this computer itself, which its system answers for. Take another one, such as laptop-chat.local.',
    ],
  ])('%s is refused with a proposal', (domain, sentence) => {
    expect(findDomainFault(domain, 'Laptop.fritz.box')).toContain(sentence);
  });
});
