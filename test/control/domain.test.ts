/** A domain of one's own through the control contract. */
import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { AcmeError } from '../../server/certificates/acme/acme-error.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { createDomainCarriers, type DomainKeeper } from '../../server/domain-carriers.ts';
import { createFakeServer } from './fake-deeds.ts';
import { aCertificateRequest, aDomainReport, aPortMapping } from './fake-domain.ts';

function open(permissions = thisComputer('window').permissions) {
  const server = createFakeServer();
  const context = { actor: { ...thisComputer('window'), permissions }, closing: new AbortController().signal };
  return { server, client: createRouterClient(createHandlers(server, server.log), { context }) };
}

test('the records, the certificate and the ports are told as they are', async () => {
  const { client } = open();
  expect(await client.domain.check()).toEqual(aDomainReport);
  expect(await client.certificate.acme.status()).toEqual(aCertificateRequest);
  expect(await client.certificate.acme.terms()).toEqual({ url: 'https://authority.test/terms' });
  expect(await client.ports.status()).toEqual(aPortMapping);
});

test('a follower is told at once', async () => {
  const { client } = open();
  for await (const status of await client.certificate.acme.follow()) {
    expect(status.records).toEqual([{ name: '_acme-challenge.chat.pine.org', type: 'TXT', value: 'proof' }]);
    break;
  }
  for await (const status of await client.ports.follow()) {
    expect(status.protocol).toBe('NAT-PMP');
    break;
  }
});

test('each change is a deed', async () => {
  const { server, client } = open();
  await client.certificate.acme.begin();
  await client.certificate.acme.continueDns();
  await client.certificate.acme.cancel();
  await client.ports.map();
  await client.ports.unmap();
  expect(server.done).toEqual([
    'certificate.request',
    'certificate.continue',
    'certificate.cancel',
    'ports.map',
    'ports.unmap',
  ]);
});

test('who may only look changes nothing', async () => {
  const { server, client } = open(new Set(['settings.read']));
  await expect(client.certificate.acme.begin()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(client.ports.map()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect((await client.domain.check()).domain).toBe('chat.pine.org');
  expect(server.done).toEqual([]);
});

test('what cannot begin is refused with its sentence', () => {
  const keeper: DomainKeeper = {
    acme: {
      begin: () => {
        throw new AcmeError('terms-not-agreed', 'Somebody must first agree.');
      },
      continueDns: () => undefined,
      cancel: () => Promise.resolve(),
    },
    mapPorts: () => Promise.resolve(),
  };
  expect(() => createDomainCarriers(() => keeper)['certificate.request']({})).toThrow(
    expect.objectContaining({ code: 'refused', message: 'Somebody must first agree.' }),
  );
  expect(() => createDomainCarriers(() => undefined)['certificate.continue']({})).toThrow(
    expect.objectContaining({ code: 'refused' }),
  );
});
