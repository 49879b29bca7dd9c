/** `<user-agent/>` of XEP-0388 section 2.3. */
import { expect, test } from 'vitest';
import { readUserAgent } from '../../server/stream/features/sasl2-user-agent.ts';
import { parseXml } from '../../server/xml/parse.ts';

function read(inside: string) {
  return readUserAgent(parseXml(`<authenticate xmlns='urn:xmpp:sasl:2'>${inside}</authenticate>`));
}

test('says which installation of which client this is (example 3)', () => {
  expect(
    read(
      `<user-agent id='D4565FA7-4d72-4749-b3d3-740edbf87770'><software>AwesomeXMPP</software><device> Kiva's Phone\n</device></user-agent>`,
    ),
  ).toEqual({ id: 'd4565fa7-4d72-4749-b3d3-740edbf87770', software: 'AwesomeXMPP', device: "Kiva's Phone" });
});

test('may be left out, or say nothing', () => {
  expect(read('')).toBeUndefined();
  expect(read(`<user-agent xmlns='urn:example:other' id='1'/>`)).toBeUndefined();
  expect(read('<user-agent/>')).toEqual({ id: undefined, software: undefined, device: undefined });
  expect(read('<user-agent><software> </software></user-agent>')?.software).toBeUndefined();
});

test.each(['1', 'd4565fa7', 'd4565fa7-4d72-4749-b3d3-740edbf8777g', '../d4565fa7-4d72-4749-b3d3-740edbf87770'])(
  'has no id when it is no UUID: %s',
  (id) => {
    expect(read(`<user-agent id='${id}'/>`)?.id).toBeUndefined();
  },
);

test('has names of a bounded length, cut between characters', () => {
  const name = `${'x'.repeat(199)}\u{1F600}`;
  expect(read(`<user-agent><software>${name}</software></user-agent>`)?.software).toBe(`${'x'.repeat(199)}\uFFFD`);
});
