/** The deeds about federation, and what the window is told of it. */
import { describe, expect, test } from 'vitest';
import { createFederationCarriers, refuseImpossibleSetting } from '../server/federation-carriers.ts';
import { federationDeeds, summarizeFederationState } from '../server/federation-summaries.ts';
import { FederationScene } from './federation/federation-scene.ts';

const NOBODY = { isEmpty: true, has: () => false, onChange: () => undefined, onParting: () => undefined };
const PIN = { domain: 'capulet.example', fingerprint: 'AB'.repeat(32) };

describe('deeds', () => {
  test('pin a server and take the pin back; its streams must prove themselves again', async () => {
    await using stage = await FederationScene.open();
    const carriers = createFederationCarriers(() => stage.federation);
    await carriers['federation.pin'](PIN);
    expect(federationDeeds(stage.federation, 'localhost').pins()).toMatchObject([
      { domain: 'capulet.example', fingerprint: 'ab'.repeat(32) },
    ]);
    await expect(carriers['federation.pin'](PIN)).rejects.toMatchObject({ name: 'DeedError', code: 'conflict' });
    await carriers['federation.unpin'](PIN);
    expect(stage.federation.pins.list()).toEqual([]);
    expect(stage.links.closed).toHaveLength(2);
  });

  test('try a domain, in the words of the contract', async () => {
    await using stage = await FederationScene.open();
    const carriers = createFederationCarriers(() => stage.federation);
    stage.links.test = (domain) =>
      Promise.resolve({
        domain,
        isReached: false,
        notes: [
          { step: 'connection', outcome: 'passed', sentence: 'Connected.' },
          { step: 'encryption', outcome: 'remark', sentence: 'It is old.' },
          { step: 'certificate', outcome: 'failed', sentence: 'It has expired.' },
        ],
      });
    expect(await carriers['federation.test']({ domain: 'capulet.example' })).toEqual({
      domain: 'capulet.example',
      isReachable: false,
      steps: [
        { name: 'connection', outcome: 'ok', text: 'Connected.' },
        { name: 'encryption', outcome: 'warn', text: 'It is old.' },
        { name: 'certificate', outcome: 'fail', text: 'It has expired.' },
      ],
    });
    await expect(carriers['federation.test']({ domain: 'localhost' })).rejects.toMatchObject({ code: 'refused' });
    expect(() => carriers['federation.disconnect']({ domain: 'capulet.example' })).toThrow('no connection');
  });

  test('are refused where there is no federation', async () => {
    const carriers = createFederationCarriers(() => undefined);
    await expect(carriers['federation.test']({ domain: 'a.example' })).rejects.toMatchObject({ code: 'refused' });
  });

  test('do not switch on what is not possible', async () => {
    await using stage = await FederationScene.open({ isOn: false, pairs: NOBODY });
    const { federation } = stage;
    expect(() => refuseImpossibleSetting('federation.enabled', true, federation)).toThrow('Needs a domain of your own');
    expect(() => refuseImpossibleSetting('federation.enabled', false, federation)).not.toThrow();
    expect(() => refuseImpossibleSetting('lan.mdns', true, federation)).not.toThrow();
    expect(summarizeFederationState(federation)).toMatchObject({
      state: 'off',
      isEnabled: false,
      isPossible: false,
      why: expect.stringContaining('domain of your own'),
    });
  });
});

test('the window is told of the peers, how they have proven themselves, and why they cannot be reached', async () => {
  await using stage = await FederationScene.open({ accounts: ['romeo'] });
  const romeo = await stage.scene.login('romeo', 'orchard');
  romeo.sends(`<message to='juliet@capulet.example'><body>Hark</body></message>`);
  await romeo.receivesNothing();
  const stream = {
    sinceMs: 0,
    remoteAddress: '192.0.2.7',
    tlsVersion: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    proof: { by: 'certificate', through: 'dane' },
    ownProof: 'dialback',
    isBidirectional: true,
    streamManagement: 'on',
  } as const;
  stage.links.summaries = [
    {
      domain: 'capulet.example',
      state: 'waiting',
      outgoing: [stream],
      incoming: [{ ...stream, proof: { by: 'dialback' }, ownProof: undefined }],
      queuedStanzas: 1,
      queuedBytes: 90,
      lastFailure: { sentence: 'It cannot be reached.', atMs: 1_000 },
      nextAttemptAtMs: 61_000,
    },
  ];
  const overview = federationDeeds(stage.federation, 'localhost').overview();
  expect(overview).toMatchObject({
    state: 'on',
    domain: 'localhost',
    ports: { s2s: 5269, s2sTls: 5270 },
    queue: { messages: 1, oldest: new Date(stage.scene.clock.now()).toISOString() },
    peers: [
      {
        domain: 'capulet.example',
        state: 'waiting',
        outgoing: [{ tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256', proof: 'dane', ownProof: 'dialback' }],
        incoming: [{ proof: 'dialback' }],
        queued: 1,
        failure: { text: 'It cannot be reached.', at: '1970-01-01T00:00:01.000Z' },
        nextAttempt: '1970-01-01T00:01:01.000Z',
      },
    ],
  });
});
