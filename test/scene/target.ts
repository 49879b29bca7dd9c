/**
 * Scenes on another server: `SCENE_TARGET=127.0.0.1:5222`. It serves the domain `localhost` with STARTTLS and SCRAM-SHA-1,
 * and lets anybody register (XEP-0077): each scene makes its accounts there and removes them at its end.
 */
import { TestRunner } from 'vitest';
import type { SceneClient } from './scene-client.ts';

const NS_REGISTER = 'jabber:iq:register';

/** Set when the scenes are pointed at another server. */
export const target = process.env.SCENE_TARGET;

/** Skips the test that is running: it needs what only our own server lets it touch. */
export function skipOnTarget(what: string): never {
  const reason = `needs ${what}, which another server does not offer`;
  TestRunner.getCurrentTest()?.context.skip(reason);
  throw new Error(reason);
}

/** Opens connections for `localpart`, signed in or not; the caller ends them. */
export interface Door {
  connect(localpart: string): SceneClient;
  authenticated(localpart: string): Promise<SceneClient>;
}

/** Makes an account; one that a broken run left behind is removed first, so that nothing of it shows in the scene. */
export async function registerOnTarget(door: Door, localpart: string, password: string): Promise<void> {
  const register = async () => {
    const client = door.connect(localpart);
    client.opens();
    await client.next();
    const answer = await client.request(
      `<iq type='set'><query xmlns='${NS_REGISTER}'><username>${localpart}</username><password>${password}</password></query></iq>`,
    );
    await client.ends();
    return answer;
  };
  let answer = await register();
  if (answer.child('error')?.elements[0]?.name === 'conflict') {
    await removeFromTarget(door, localpart);
    answer = await register();
  }
  if (answer.attr('type') !== 'result') throw new Error(`${localpart} could not be registered: ${answer.toXml()}`);
}

/** XEP-0077 section 3.2: the server answers, or ends the stream because the account is gone. */
export async function removeFromTarget(door: Door, localpart: string): Promise<void> {
  const client = await door.authenticated(localpart);
  await client.binds();
  client.sends(`<iq type='set' id='removal'><query xmlns='${NS_REGISTER}'><remove/></query></iq>`);
  const answer = await client.next().catch(() => undefined);
  if (answer?.attr('type') === 'error' && answer.name === 'iq') {
    throw new Error(`${localpart} could not be removed: ${answer.toXml()}`);
  }
  client.drops();
}
