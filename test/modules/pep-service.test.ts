/** PEP as other modules use it. */
import { describe, expect, test } from 'vitest';
import { PEP, type PepChange } from '../../server/modulehost/services.ts';
import { el } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import { TUNE, tunePublication } from './pep-steps.ts';

const payload = (text: string) => el('tune', TUNE, undefined, text);

async function verona(settings: Readonly<Record<string, unknown>> = {}) {
  const scene = await openScene({ accounts: ['juliet'], settings });
  const pep = scene.server.host.find(PEP);
  if (pep === undefined) throw new Error('there is no PEP');
  return { scene, pep };
}

describe('the service', () => {
  test('publishes into a node that it makes as it is told, and reads at once what is not on disk yet', async () => {
    const { scene, pep } = await verona();
    await using _ = scene;
    expect(pep.item('juliet', TUNE)).toBeUndefined();
    expect(pep.items('juliet', TUNE)).toEqual([]);
    const written = [
      pep.publish('juliet', TUNE, { id: 'a', payload: payload('1') }, { accessModel: 'whitelist', maxItems: 'max' }),
      pep.publish('juliet', TUNE, { id: 'b', payload: payload('2') }),
    ];
    expect(pep.item('juliet', TUNE)?.id).toBe('b');
    expect(pep.item('juliet', TUNE, 'a')?.payload?.text()).toBe('1');
    await Promise.all(written);
    expect(pep.items('juliet', TUNE).map(({ id, payload: kept }) => [id, kept?.text()])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(pep.accessModel('juliet', TUNE)).toBe('whitelist');
    expect(pep.accessModel('juliet', 'none')).toBeUndefined();
    await pep.retract('juliet', TUNE, 'a');
    await pep.retract('juliet', TUNE, 'a');
    expect(pep.items('juliet', TUNE).map(({ id }) => id)).toEqual(['b']);
  });

  test('sets a node up anew; what it has no room for is gone', async () => {
    const { scene, pep } = await verona();
    await using _ = scene;
    await pep.publish('juliet', TUNE, { id: 'a', payload: payload('1') }, { accessModel: 'open', maxItems: 2 });
    await pep.publish('juliet', TUNE, { id: 'b', payload: payload('2') });
    await pep.configure('juliet', TUNE, { accessModel: 'presence', maxItems: 1 });
    await pep.configure('juliet', 'none', { accessModel: 'presence' });
    await scene.restart();
    const again = scene.server.host.find(PEP);
    expect(again?.items('juliet', TUNE).map(({ id }) => id)).toEqual(['b']);
    expect(again?.accessModel('juliet', TUNE)).toBe('presence');
  });

  test('tells of changes in the turn in which they are made, whoever makes them', async () => {
    const { scene, pep } = await verona();
    await using _ = scene;
    const heard: PepChange[] = [];
    const stop = pep.onChange((change) => heard.push(change));
    const written = pep.publish('juliet', TUNE, { id: 'a', payload: payload('1') });
    expect(heard.map(({ account, node, published }) => [account, node, published[0]?.id])).toEqual([
      ['juliet', TUNE, 'a'],
    ]);
    await written;
    const juliet = await scene.login('juliet', 'balcony');
    await juliet.request(tunePublication('Finale', 'b'));
    expect(heard.at(-1)).toMatchObject({ published: [{ id: 'b' }], retracted: ['a'] });
    await juliet.request(
      `<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='${TUNE}'/></pubsub></iq>`,
    );
    expect(heard.at(-1)).toMatchObject({ published: [], retracted: ['b'] });
    stop();
    await pep.publish('juliet', TUNE, { id: 'c', payload: payload('3') });
    expect(heard).toHaveLength(3);
  });

  test('refuses a node that is one too many', async () => {
    const { scene, pep } = await verona({ 'pep.maxNodes': 1 });
    await using _ = scene;
    await pep.publish('juliet', 'first', { id: 'a', payload: payload('1') });
    await expect(pep.publish('juliet', 'second', { id: 'a', payload: payload('1') })).rejects.toThrow('second');
  });
});
