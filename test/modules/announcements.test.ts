import { describe, expect, test } from 'vitest';
import { ANNOUNCEMENTS, type AnnouncementsService } from '../../server/modulehost/services.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

function serviceOf(scene: Scene): AnnouncementsService {
  const service = scene.server.host.find(ANNOUNCEMENTS);
  if (service === undefined) throw new Error('the module is not running');
  return service;
}

/** The body of the next message; whatever else the archive adds does not matter here. */
async function hears(client: SceneClient): Promise<string | undefined> {
  const message = await client.next();
  expect(message.attr('from')).toBe('localhost');
  return message.childText('body');
}

async function arrives(scene: Scene, name: string, resource?: string): Promise<SceneClient> {
  const client = await scene.login(name, resource);
  client.appears();
  await client.next();
  return client;
}

test('an announcement is told to every device that is there, and kept for nobody', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet', 'nurse'] });
  const devices = [await arrives(scene, 'juliet', 'balcony'), await scene.login('juliet', 'chamber')];
  devices[1]?.appears();
  await devices[1]?.next();
  await devices[0]?.next(); // the presence of the other
  await devices[1]?.next();
  const silent = await scene.login('romeo');
  expect(serviceOf(scene).send('Tea is served.')).toBe(1);
  for (const device of devices) expect(await hears(device)).toBe('Tea is served.');
  await silent.receivesNothing();
  const nurse = await arrives(scene, 'nurse');
  await nurse.receivesNothing();
});

describe('the message of the day', () => {
  test('is told once to each account: at once, or when it comes next, a restart between or not', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet', 'nurse'] });
    const juliet = await arrives(scene, 'juliet');
    await serviceOf(scene).setMotd('The Globe opens tomorrow.');
    expect(await hears(juliet)).toBe('The Globe opens tomorrow.');
    await juliet.ends();
    await scene.restart();
    expect(serviceOf(scene).motd).toBe('The Globe opens tomorrow.');
    await (await arrives(scene, 'juliet')).receivesNothing();
    const romeo = await scene.login('romeo');
    romeo.appears();
    await romeo.next();
    expect(await hears(romeo)).toBe('The Globe opens tomorrow.');
    await romeo.ends();
    await (await arrives(scene, 'romeo')).receivesNothing();
  });

  test('that is corrected is told anew to nobody who knows it; a new one is', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await arrives(scene, 'juliet');
    await serviceOf(scene).setMotd('--The Globe Stuff');
    await hears(juliet);
    await serviceOf(scene).editMotd('--The Globe Staff');
    await juliet.receivesNothing();
    expect(await hears(await arrives(scene, 'romeo'))).toBe('--The Globe Staff');
    await serviceOf(scene).setMotd('Another one.');
    expect(await hears(juliet)).toBe('Another one.');
  });

  test('that is removed is told to nobody any more', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    await serviceOf(scene).setMotd('Tea at five.');
    await serviceOf(scene).removeMotd();
    expect(serviceOf(scene).motd).toBeUndefined();
    await (await arrives(scene, 'romeo')).receivesNothing();
    await scene.restart();
    expect(serviceOf(scene).motd).toBeUndefined();
  });
});

describe('the welcome message', () => {
  test('is told to a new account when it comes for the first time, and never again', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    await (await arrives(scene, 'juliet')).ends();
    await serviceOf(scene).setWelcome('Welcome to Shakespeare.lit!');
    await scene.accounts.create({ localpart: 'romeo', password: 'romeo-secret', role: 'member' });
    await scene.restart();
    const romeo = await arrives(scene, 'romeo');
    expect(await hears(romeo)).toBe('Welcome to Shakespeare.lit!');
    await romeo.ends();
    await (await arrives(scene, 'romeo')).receivesNothing();
    await (await arrives(scene, 'juliet')).receivesNothing();
  });

  test('is told to who has a name again that somebody had before', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    await serviceOf(scene).setWelcome('Welcome!');
    await (await arrives(scene, 'romeo')).ends();
    await scene.accounts.remove('romeo');
    await scene.accounts.create({ localpart: 'romeo', password: 'romeo-secret', role: 'member' });
    expect(await hears(await arrives(scene, 'romeo'))).toBe('Welcome!');
  });

  test('that is removed is told to nobody', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    await serviceOf(scene).setWelcome('Welcome!');
    await serviceOf(scene).removeWelcome();
    await (await arrives(scene, 'romeo')).receivesNothing();
  });
});
