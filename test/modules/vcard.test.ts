import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';

const EMPTY = `<vCard xmlns='vcard-temp'/>`;
const CARD = `<vCard xmlns='vcard-temp'><FN>Peter Saint-Andre</FN><N><FAMILY>Saint-Andre</FAMILY><GIVEN>Peter</GIVEN><MIDDLE/></N>
  <NICKNAME>stpeter</NICKNAME><DESC>&lt;3 &amp; “quotes”</DESC></vCard>`;

function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

describe('one’s own vCard', () => {
  test('is what one has set, as a whole (XEP-0054 examples 1 to 6)', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter', 'roundabout');
    expect(conditionOf(await stpeter.request(`<iq type='get'>${EMPTY}</iq>`))).toBe('item-not-found');
    stpeter.sends(`<iq id='v2' type='set'>${CARD}</iq>`);
    await stpeter.receives(`<iq id='v2' to='stpeter@localhost/roundabout' type='result'/>`);
    stpeter.sends(`<iq id='v1' type='get'>${EMPTY}</iq>`);
    await stpeter.receives(`<iq id='v1' to='stpeter@localhost/roundabout' type='result'>${CARD}</iq>`);
    const other = `<vCard xmlns='vcard-temp' version='3.0'><FN>Peter</FN></vCard>`;
    await stpeter.request(`<iq type='set' to='stpeter@localhost'>${other}</iq>`);
    stpeter.sends(`<iq id='v1' type='get' to='stpeter@localhost'>${EMPTY}</iq>`);
    await stpeter.receives(`<iq id='v1' from='stpeter@localhost' type='result'>${other}</iq>`);
  });

  test('is gone when an empty one is set', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter');
    await stpeter.request(`<iq type='set'>${CARD}</iq>`);
    expect((await stpeter.request(`<iq type='set'>${EMPTY}</iq>`)).attr('type')).toBe('result');
    expect(conditionOf(await stpeter.request(`<iq type='get'>${EMPTY}</iq>`))).toBe('item-not-found');
  });

  test('outlives a crash of the server once the result has said that it is stored', async () => {
    await using scene = await openScene({ accounts: ['stpeter'] });
    const stpeter = await scene.login('stpeter');
    expect((await stpeter.request(`<iq type='set'>${CARD}</iq>`)).attr('type')).toBe('result');
    await scene.crash();
    const again = await scene.login('stpeter');
    again.sends(`<iq id='v1' type='get'>${EMPTY}</iq>`);
    await again.receives(`<iq id='v1' type='result'>${CARD}</iq>`);
  });

  test('is refused beyond the size that the setting allows, and the former one stays', async () => {
    await using scene = await openScene({ accounts: ['stpeter'], settings: { 'vcard.maxBytes': 1000 } });
    const stpeter = await scene.login('stpeter');
    await stpeter.request(`<iq type='set'>${CARD}</iq>`);
    // Each of these letters takes two bytes.
    const long = `<vCard xmlns='vcard-temp'><DESC>${'é'.repeat(490)}</DESC></vCard>`;
    expect(conditionOf(await stpeter.request(`<iq type='set'>${long}</iq>`))).toBe('policy-violation');
    stpeter.sends(`<iq id='v1' type='get'>${EMPTY}</iq>`);
    await stpeter.receives(`<iq id='v1' type='result'>${CARD}</iq>`);
  });
});

describe('another’s vCard', () => {
  test('is for everybody, and the server answers for him (examples 8 and 9)', async () => {
    await using scene = await openScene({ accounts: ['stpeter', 'jer'] });
    const jer = await scene.login('jer', 'tablet');
    await jer.request(`<iq type='set'>${CARD}</iq>`);
    const stpeter = await scene.login('stpeter', 'roundabout');
    stpeter.sends(`<iq id='v3' to='jer@localhost' type='get'>${EMPTY}</iq>`);
    await stpeter.receives(
      `<iq from='jer@localhost' to='stpeter@localhost/roundabout' id='v3' type='result'>${CARD}</iq>`,
    );
    await jer.receivesNothing();
  });

  test('cannot be told from that of nobody when there is none (example 10)', async () => {
    await using scene = await openScene({ accounts: ['stpeter', 'jer'] });
    const stpeter = await scene.login('stpeter');
    const answers: string[] = [];
    for (const name of ['jer', 'nobody']) {
      const answer = await stpeter.request(`<iq to='${name}@localhost' type='get'>${EMPTY}</iq>`);
      expect(conditionOf(answer)).toBe('service-unavailable');
      answers.push(answer.withAttr('from', undefined).withAttr('id', undefined).toXml());
    }
    expect(answers[0]).toBe(answers[1]);
  });

  test('cannot be changed (example 7)', async () => {
    await using scene = await openScene({ accounts: ['stpeter', 'jer'] });
    const jer = await scene.login('jer');
    await jer.request(`<iq type='set'>${CARD}</iq>`);
    const stpeter = await scene.login('stpeter', 'roundabout');
    const forged = `<vCard xmlns='vcard-temp'><FN>Somebody else</FN></vCard>`;
    for (const to of ['jer@localhost', 'localhost']) {
      stpeter.sends(`<iq id='v2' to='${to}' type='set'>${forged}</iq>`);
      await stpeter.receives(`<iq id='v2' type='error'><error type='auth'>
        <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
    }
    jer.sends(`<iq id='v1' type='get'>${EMPTY}</iq>`);
    await jer.receives(`<iq id='v1' type='result'>${CARD}</iq>`);
  });
});

test('a vCard goes with its account', async () => {
  await using scene = await openScene({ accounts: ['stpeter', 'jer'] });
  await (await scene.login('jer')).request(`<iq type='set'>${CARD}</iq>`);
  await (await scene.login('stpeter')).request(`<iq type='set'>${CARD}</iq>`);
  await scene.accounts.remove('jer');
  expect(scene.database.reader.all('SELECT localpart FROM vcard')).toEqual([{ localpart: 'stpeter' }]);
});

test('the server announces that it keeps vCards (examples 11 and 12)', async () => {
  await using scene = await openScene({ accounts: ['stpeter'] });
  const stpeter = await scene.login('stpeter');
  const xmlns = 'http://jabber.org/protocol/disco#info';
  for (const to of [" to='localhost'", '']) {
    const answer = await stpeter.request(`<iq type='get'${to}><query xmlns='${xmlns}'/></iq>`);
    expect(answer.child('query', xmlns)?.elements.some((feature) => feature.attr('var') === 'vcard-temp')).toBe(true);
  }
});
