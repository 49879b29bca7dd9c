/** What clients do in scenes with client state indication. */
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const NS_CSI = 'urn:xmpp:csi:0';
export const INACTIVE = `<inactive xmlns='${NS_CSI}'/>`;
export const ACTIVE = `<active xmlns='${NS_CSI}'/>`;

/** How many stanzas wait for a device. */
export function heldFor(scene: Scene, name: string, resource: string): number {
  return scene.server.sessions.get(name, resource)?.outbox.held ?? 0;
}

export function chatState(to: string, state: string): string {
  return `<message to='${to}' type='chat'><${state} xmlns='http://jabber.org/protocol/chatstates'/></message>`;
}

export function receipt(to: string, id: string): string {
  return `<message to='${to}' type='chat'><received xmlns='urn:xmpp:receipts' id='${id}'/></message>`;
}

/** The next stanza is an answer to a ping that was sent before. */
export async function isPonged(client: SceneClient, id: string): Promise<void> {
  await client.receives(`<iq type='result' id='${id}'/>`);
}

export function ping(id: string): string {
  return `<iq type='get' to='localhost' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`;
}
