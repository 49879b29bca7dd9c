/** For scenes in which somebody may see somebody else's presence. */
import type { SceneClient } from '../scene/scene-client.ts';

/** Afterwards `watcher` may see the presence of `contact`. Neither may be available or have asked for the roster yet. */
export async function letsSee(contact: SceneClient, watcher: SceneClient): Promise<void> {
  watcher.sends(`<presence type='subscribe' to='${contact.bare}'/>`);
  await watcher.receivesNothing();
  contact.sends(`<presence type='subscribed' to='${watcher.bare}'/>`);
  await contact.receivesNothing();
  await watcher.receivesNothing();
}
