/** What the scenes about invitations have in common. */
import type { InvitationWish, IssuedInvitation } from '../../server/administration/invitation.ts';
import { INVITATIONS } from '../../server/modulehost/invitations.ts';
import type { Element } from '../../server/xml/element.ts';
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const NS_REGISTER = 'jabber:iq:register';
export const NS_PARS = 'urn:xmpp:pars:0';
export const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export const HOUR_MS = 3_600_000;

/** An invitation as an administrator makes it. */
export function invited(scene: Scene, wish: Partial<InvitationWish> = {}): Promise<IssuedInvitation> {
  const service = scene.server.host.find(INVITATIONS);
  if (service === undefined) throw new Error('there are no invitations');
  return service.create({ purpose: 'account', role: 'member', groups: [], maxUses: 1, ...wish });
}

/** The open invitations by their state. */
export function states(scene: Scene): readonly string[] {
  return (
    scene.server.host
      .find(INVITATIONS)
      ?.list()
      .map(({ state }) => state) ?? []
  );
}

export async function opened(scene: Scene, remoteAddress?: string): Promise<SceneClient> {
  const client = scene.connect(remoteAddress === undefined ? {} : { remoteAddress });
  client.opens();
  client.features = await client.next();
  return client;
}

export function preauth(client: SceneClient, token: string): Promise<Element> {
  return client.request(`<iq type='set' to='localhost'><preauth xmlns='${NS_PARS}' token='${token}'/></iq>`);
}

export function register(client: SceneClient, name: string, password = 'Calliope-1'): Promise<Element> {
  return client.request(
    `<iq type='set'><query xmlns='${NS_REGISTER}'><username>${name}</username><password>${password}</password></query></iq>`,
  );
}

/** Preauth and registration at once; the answer to the latter. */
export async function joined(scene: Scene, token: string, name: string): Promise<Element> {
  const client = await opened(scene);
  const answer = await preauth(client, token);
  if (answer.attr('type') !== 'result') return answer;
  return await register(client, name);
}

export function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements.find(({ xmlns, name }) => xmlns === NS_STANZAS && name !== 'text')?.name;
}

export function textOf(answer: Element): string {
  return answer.child('error')?.childText('text', NS_STANZAS) ?? '';
}

/** A command of one stage, or its first. */
export function command(client: SceneClient, node: string, inside = ''): Promise<Element> {
  return client.request(
    `<iq type='set' to='localhost'><command xmlns='${NS_COMMANDS}' node='${node}'${inside === '' ? " action='execute'/>" : `${inside}</command>`}</iq>`,
  );
}

/** The values of a result form by field. */
export function fieldsOf(answer: Element): Readonly<Record<string, string>> {
  const form = answer.child('command', NS_COMMANDS)?.child('x', 'jabber:x:data');
  return Object.fromEntries(
    (form?.elements ?? []).flatMap((field) => {
      const name = field.attr('var');
      return name === undefined ? [] : [[name, field.childText('value') ?? '']];
    }),
  );
}

export function tokenOf(uri: string): string {
  return /preauth=([0-9a-f]+)/.exec(uri)?.[1] ?? '';
}
