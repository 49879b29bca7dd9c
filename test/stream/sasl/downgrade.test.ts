/** XEP-0474 and XEP-0515: what somebody in the middle has changed in the offer does not stay unseen. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { downgradeAttributes } from '../../../server/stream/sasl/downgrade.ts';
import type { Authenticator, SaslStep } from '../../../server/stream/sasl/mechanism.ts';
import { createScram } from '../../../server/stream/sasl/scram.ts';
import type { Element } from '../../../server/xml/element.ts';
import { authenticate, opensFor, signsIn } from '../../scene/sasl2.ts';
import { openScene, target } from '../../scene/scene.ts';
import { BINDING_DATA } from '../../scene/wire.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';

/** The exchange that the examples of both specifications have, with the password `pencil`. */
function exampleExchange(tlsVersion: string) {
  const salt = Buffer.from('QSXCR+Q6sek8bf92', 'base64');
  const salted = pbkdf2Sync('pencil', salt, 4096, 20, 'sha1');
  const hmac = (text: string) => createHmac('sha1', salted).update(text).digest();
  const storedKey = createHash('sha1').update(hmac('Client Key')).digest();
  const keys = { salt, iterations: 4096, storedKey, serverKey: hmac('Server Key') };
  const authenticator: Authenticator = {
    scramKeys: () => keys,
    hasScramKeys: () => true,
    checkPassword: () => Promise.resolve(false),
    refusal: () => undefined,
    delayMs: () => 0,
    failed: () => undefined,
    succeeded: () => undefined,
  };
  const scram = createScram({
    mechanism: 'SCRAM-SHA-1',
    isPlus: true,
    tls: {
      version: tlsVersion,
      cipher: 'any',
      channelBindingTypes: ['tls-server-end-point', 'tls-exporter'],
      channelBinding: () => Buffer.from('THIS IS FAKE CB DATA'),
    },
    authenticator,
    domain: 'example.org',
    newNonce: () => 'a09117a6-ac50-4f2f-93f1-93799c2bddf6',
    advertised: {
      mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'],
      channelBindingTypes: ['tls-server-end-point', 'tls-exporter'],
    },
  });
  return async (message: string): Promise<SaslStep> => await scram.next(Buffer.from(message));
}

const textOf = (step: SaslStep) =>
  'data' in step && step.data !== undefined ? Buffer.from(step.data).toString() : step.kind;

const FIRST = 'p=tls-exporter,,n=user,r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6';
const NONCE = 'r=12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6';
const BINDING = 'c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB';

describe('the examples', () => {
  test('of XEP-0474 section 6.3', async () => {
    const next = exampleExchange('a version without a number');
    expect(textOf(await next(FIRST))).toBe(`${NONCE},s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=`);
    const last = await next(
      `${BINDING},${NONCE},x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3,p=M/SIDjT+dfcxUh89jZEypRvFxB4=`,
    );
    expect(textOf(last)).toBe('v=MQrMPvv7yv4x4Cq4W4Ih25EqS2c=');
  });

  test('of XEP-0515 section 5.3', async () => {
    const next = exampleExchange('TLSv1.3');
    expect(textOf(await next(FIRST))).toBe(`${NONCE},s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=,t=0304`);
    expect(textOf(await next(`${BINDING},${NONCE},p=KHUfN8dSy1K95crT4D5y1ItLJfs=`))).toBe(
      'v=3w34ZIMVRkx2f2Ozb3/ecRPVdv4=',
    );
  });

  test('a client whose messages were changed on the way does not get in', async () => {
    const next = exampleExchange('TLSv1.2');
    await next(FIRST); // says t=0303; the proof below was made for 0304
    expect(await next(`${BINDING},${NONCE},p=KHUfN8dSy1K95crT4D5y1ItLJfs=`)).toMatchObject({
      kind: 'failure',
      condition: 'not-authorized',
    });
  });
});

describe('the attributes', () => {
  const hashOf = (text: string, hash = 'sha256') => createHash(hash).update(text).digest('base64');

  test('hash the sorted lists by the mechanism’s own hash (XEP-0474 section 6.1)', () => {
    const advertised = { mechanisms: ['b', 'a', 'A'], channelBindingTypes: ['y', 'x'] };
    for (const hash of ['sha1', 'sha256', 'sha512'])
      expect(downgradeAttributes(hash, advertised, '')).toBe(`,h=${hashOf('A\x1ea\x1eb\x1fx\x1ey', hash)}`);
  });

  test('leave out channel binding where none is announced', () => {
    expect(downgradeAttributes('sha256', { mechanisms: ['b', 'a'], channelBindingTypes: [] }, '')).toBe(
      `,h=${hashOf('a\x1eb')}`,
    );
  });

  test.each([
    ['TLSv1', '0301'],
    ['TLSv1.1', '0302'],
    ['TLSv1.2', '0303'],
    ['TLSv1.3', '0304'],
  ])('give %s the number %s (XEP-0515 section 5.1)', (version, number) => {
    const attributes = downgradeAttributes('sha1', { mechanisms: [], channelBindingTypes: [] }, version);
    expect(attributes).toMatch(new RegExp(`,t=${number}$`));
  });
});

describe.skipIf(target !== undefined)('on a stream', () => {
  const namesIn = (list: Element | undefined) =>
    (list?.elements ?? []).filter(({ name }) => name === 'mechanism').map((mechanism) => mechanism.text());

  /** As a client computes it from what it was offered. */
  function expectedHash(features: Element | undefined, list: Element | undefined): string {
    const types = features?.child('sasl-channel-binding', NS_CHANNEL_BINDING)?.elements ?? [];
    const bindings = types.map((type) => type.attr('type') ?? '');
    const text = `${namesIn(list).sort().join('\x1e')}\x1f${bindings.sort().join('\x1e')}`;
    return createHash('sha256').update(text).digest('base64');
  }

  test('the hash is that of the list in the form of SASL that the client uses, and the version that of its TLS', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'guests.allowed': true } });
    const client = scene.connect({ name: 'juliet' });
    client.opens();
    const features = await client.next();
    const offers = {
      old: features.child('mechanisms', NS_SASL),
      new: features.child('authentication', NS_SASL2),
    };
    client.sends(`<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-256'>${btoa('n,,n=juliet,r=abc')}</auth>`);
    const challenge = atob((await client.next()).text());
    expect(challenge).toContain(`,h=${expectedHash(features, offers.old)},t=0304`);
    client.sends(`<abort xmlns='${NS_SASL}'/>`);
    await client.receives(`<failure xmlns='${NS_SASL}'><aborted/></failure>`);
    client.sends(authenticate('SCRAM-SHA-256', 'n,,n=juliet,r=abc'));
    expect(atob((await client.next()).text())).toContain(`,h=${expectedHash(features, offers.new)},t=0304`);
  });

  test('a setting that changes after the offer does not change the hash', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'sasl.plain': true } });
    const client = await opensFor(scene, 'juliet');
    const features = client.features;
    const get = scene.config.get.bind(scene.config);
    scene.config.get = (key) => (key === 'sasl.plain' ? false : get(key));
    client.sends(authenticate('SCRAM-SHA-256', 'n,,n=juliet,r=abc'));
    const expected = expectedHash(features, features?.child('authentication', NS_SASL2));
    expect(atob((await client.next()).text())).toContain(`,h=${expected},`);
  });

  test('a client that signs what it has seen gets in, bound or not', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    expect((await signsIn(await opensFor(scene, 'juliet'))).name).toBe('success');
    const bound = await signsIn(await opensFor(scene, 'juliet'), {
      mechanism: 'SCRAM-SHA-256-PLUS',
      gs2Header: 'p=tls-server-end-point,,',
      bindingData: BINDING_DATA['tls-server-end-point'],
    });
    expect(bound.name).toBe('success');
  });
});
