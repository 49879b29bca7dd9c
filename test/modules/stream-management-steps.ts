/** What clients do in scenes with stream management. */
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const NS_SM = 'urn:xmpp:sm:3';
export const R = `<r xmlns='${NS_SM}'/>`;
const NS_STANZA_ERROR = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export function failed(condition: string, attributes = ''): string {
  return `<failed xmlns='${NS_SM}'${attributes}><${condition} xmlns='${NS_STANZA_ERROR}'/></failed>`;
}

/** Enables stream management; the id for resumption, empty when there is none. */
export async function enables(client: SceneClient, attributes = "resume='true'"): Promise<string> {
  client.sends(`<enable xmlns='${NS_SM}' ${attributes}/>`);
  const enabled = await client.receives(`<enabled xmlns='${NS_SM}'/>`);
  return enabled.attr('id') ?? '';
}

/** A client that signed in, bound the resource and enabled stream management. */
export async function arrives(
  scene: Scene,
  name: string,
  resource: string,
  attributes?: string,
): Promise<{ client: SceneClient; id: string }> {
  const client = await scene.login(name, resource);
  return { client, id: await enables(client, attributes) };
}

/** The next `count` stanzas are presence, whatever they tell. */
export async function hearsPresence(client: SceneClient, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { name } = await client.next();
    if (name !== 'presence') throw new Error(`${client.name}: presence was awaited, but got <${name}/>`);
  }
}

/** Goes online and confirms what the server says to that. */
export async function appears(client: SceneClient, priority = 0): Promise<void> {
  client.sends(`<presence><priority>${priority}</priority></presence>`);
  let count = await takes(client);
  while (count === 0) count = await takes(client);
}

/** Reads up to the server's request and confirms everything; how many stanzas have come in this way. */
async function takes(client: SceneClient): Promise<number> {
  for (let count = 0; ; count++) {
    const element = await client.next();
    if (element.name === 'r' && element.xmlns === NS_SM) {
      confirms(client, count);
      return count;
    }
  }
}

export function confirms(client: SceneClient, h: number): void {
  client.sends(`<a xmlns='${NS_SM}' h='${h}'/>`);
}

/** Asks for an acknowledgement, which must come next. */
export async function isConfirmed(client: SceneClient, h: number): Promise<void> {
  client.sends(R);
  await client.receives(`<a xmlns='${NS_SM}' h='${h}'/>`);
}

/** A client that signed in and asks for its former session. */
export async function comesBack(scene: Scene, name: string, id: string, h: number): Promise<SceneClient> {
  const client = await scene.authenticated(name);
  client.sends(`<resume xmlns='${NS_SM}' previd='${id}' h='${h}'/>`);
  return client;
}

/** As `comesBack`, and gets it. */
export async function resumes(
  scene: Scene,
  name: string,
  id: string,
  counts: { readonly h: number; readonly handled: number },
): Promise<SceneClient> {
  const client = await comesBack(scene, name, id, counts.h);
  await client.receives(`<resumed xmlns='${NS_SM}' previd='${id}' h='${counts.handled}'/>`);
  return client;
}

export function chat(to: string, body: string): string {
  return `<message to='${to}' type='chat'><body>${body}</body></message>`;
}

/**
 * The server is gone from one moment to the next, and another one starts on what it had written. Nobody hears of it, and
 * the clock must stand still afterwards: the one that is gone would hear it tick.
 */
export function crash(scene: Scene): Promise<void> {
  return scene.start();
}
