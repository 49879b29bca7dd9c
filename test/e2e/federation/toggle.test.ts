/** The switch for other servers on a real server: ports as the system sees them, sentences as people read them. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { FederationOverview } from '../../../server/control/contract.ts';
import { ServerInTest } from '../server-in-test.ts';
import { runSnug } from '../snug-command.ts';
import { listeningPorts } from './two-servers.ts';

let server: ServerInTest;
afterEach(() => server.close());

const federation = async (...words: readonly string[]) =>
  (await runSnug(server.dataDir, 'federation', ...words)) as unknown as FederationOverview;

describe('snug federation', () => {
  test('on opens two ports, off closes them, and nothing else changes', async () => {
    server = await ServerInTest.start({
      domain: 'a.test',
      settings: ['federation.port=0', 'federation.directTlsPort=0'],
    });
    const { pid } = server.process;
    const before = listeningPorts(pid);
    const on = await federation('on');
    expect(on).toMatchObject({ state: 'on', isEnabled: true, isPossible: true });
    const { s2s, s2sTls } = on.ports;
    expect(listeningPorts(pid)).toEqual([...before, s2s, s2sTls].sort((one, other) => Number(one) - Number(other)));
    const status = await runSnug(server.dataDir, 'status');
    expect(status).toMatchObject({ federation: { state: 'on' } });
    expect(await federation('off')).toMatchObject({ state: 'off', isEnabled: false, ports: { s2s: null } });
    expect(listeningPorts(pid)).toEqual(before);
    await expect(federation('test', 'b.test')).rejects.toThrow('switched off');
  });

  test('stays as it was set over a restart', async () => {
    server = await ServerInTest.start({
      domain: 'a.test',
      settings: ['federation.port=0', 'federation.directTlsPort=off'],
    });
    const before = listeningPorts(server.process.pid).length;
    await federation('on');
    await server.process.stop();
    await server.startAgain();
    expect(await federation('status')).toMatchObject({ state: 'on', ports: { s2sTls: null } });
    expect(listeningPorts(server.process.pid)).toHaveLength(before + 1);
  });

  test('names who holds a port, and stays off', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    try {
      const { port } = holder.address() as AddressInfo;
      server = await ServerInTest.start({ domain: 'a.test', settings: [`federation.port=${port}`] });
      const before = listeningPorts(server.process.pid);
      await expect(federation('on')).rejects.toThrow(
        new RegExp(`Port ${port} is in use by the program .*Stop it, or choose another port with federation.port`),
      );
      expect(listeningPorts(server.process.pid)).toEqual(before);
      const status = await runSnug(server.dataDir, 'status');
      expect(status).toMatchObject({ problems: [{ code: 'federation-port' }] });
    } finally {
      holder.close();
    }
  });

  test('cannot be switched on without a domain of one’s own', async () => {
    server = await ServerInTest.start({ domain: 'miller.local' });
    await expect(federation('on')).rejects.toThrow(
      'Needs a domain of your own: miller.local is known on this network only.',
    );
    expect(await federation('status')).toMatchObject({ state: 'off', isEnabled: false, isPossible: false });
  });
});
