/** Who has been shown as available, and how that ends. */
import { describe, expect, test } from 'vitest';
import { RemotePresences } from '../../server/federation/remote-presences.ts';
import { readStanza } from '../../server/router/read-stanza.ts';
import { parseXml } from '../../server/xml/parse.ts';

function noted(...stanzas: readonly string[]): RemotePresences {
  const presences = new RemotePresences();
  for (const xml of stanzas) {
    const stanza = readStanza(parseXml(xml.replace('<presence', "<presence xmlns='jabber:client'")));
    if (stanza?.kind !== 'presence') throw new Error(`no presence: ${xml}`);
    presences.note(stanza);
  }
  return presences;
}

const farewells = (presences: RemotePresences) =>
  presences.takeFarewells().map(({ from, to, type }) => `${from.full} ${to.full} ${type}`);

const BALCONY = `<presence from='j@b.test/balcony' to='r@a.test'/>`;
const GARDEN = `<presence from='j@b.test/garden' to='r@a.test'><show>away</show></presence>`;

describe('those who were available', () => {
  test('are told of once each, by the address that they were shown under', () => {
    const presences = noted(BALCONY, GARDEN, BALCONY);
    expect(farewells(presences)).toEqual([
      'j@b.test/balcony r@a.test unavailable',
      'j@b.test/garden r@a.test unavailable',
    ]);
    expect(farewells(presences)).toEqual([]);
  });

  test('are not told of when they have gone themselves, one resource or all', () => {
    expect(
      farewells(noted(BALCONY, GARDEN, `<presence from='j@b.test/garden' to='r@a.test' type='unavailable'/>`)),
    ).toEqual(['j@b.test/balcony r@a.test unavailable']);
    expect(farewells(noted(BALCONY, GARDEN, `<presence from='j@b.test' to='r@a.test' type='unavailable'/>`))).toEqual(
      [],
    );
    expect(farewells(noted(BALCONY, `<presence from='j@b.test' to='r@a.test' type='error'/>`))).toEqual([]);
  });

  test('are forgotten with whom they were shown to', () => {
    const presences = noted(BALCONY, `<presence from='j@b.test/balcony' to='r@a.test/orchard'/>`);
    presences.addresseeGone('r@a.test');
    expect(farewells(presences)).toEqual(['j@b.test/balcony r@a.test/orchard unavailable']);
  });

  test('requests and probes show nobody', () => {
    expect(
      farewells(
        noted(
          `<presence from='j@b.test' to='r@a.test' type='subscribe'/>`,
          `<presence from='j@b.test' to='r@a.test' type='probe'/>`,
          `<presence from='j@b.test' to='r@a.test'/>`,
        ),
      ),
    ).toEqual([]);
  });

  test('do not fill the memory with resources that somebody invents', () => {
    const presences = noted(
      ...Array.from({ length: 5_100 }, (_, index) => `<presence from='j@b.test/${index}' to='r@a.test'/>`),
    );
    expect(presences.takeFarewells()).toHaveLength(5_000);
  });
});
