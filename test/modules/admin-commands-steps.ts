/** Steps of scenes with administrators: a command begun, filled in and answered. */

import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';
export const NS_ADMIN = 'http://jabber.org/protocol/admin';
export const NS_DATA = 'jabber:x:data';

export type Values = Readonly<Record<string, readonly string[]>>;

export function openService(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['bard', 'juliet', 'romeo'], admins: ['bard'], settings });
}

/** Asks for a command; the answer, with a form or an end. */
export function asksFor(client: SceneClient, name: string): Promise<Element> {
  return client.request(
    `<iq to='localhost' type='set'><command xmlns='${NS_COMMANDS}' action='execute' node='${NS_ADMIN}#${name}'/></iq>`,
  );
}

/** Runs a command to its end. */
export async function runs(client: SceneClient, name: string, values: Values = {}): Promise<Element> {
  const first = await asksFor(client, name);
  const command = first.child('command', NS_COMMANDS);
  if (command?.attr('status') !== 'executing') return first;
  const fields = Object.entries(values).map(
    ([field, all]) => `<field var='${field}'>${all.map((value) => `<value>${value}</value>`).join('')}</field>`,
  );
  return client.request(`<iq to='localhost' type='set'>
    <command xmlns='${NS_COMMANDS}' node='${NS_ADMIN}#${name}' sessionid='${command.attr('sessionid')}'>
      <x xmlns='${NS_DATA}' type='submit'><field var='FORM_TYPE'><value>${NS_ADMIN}</value></field>${fields.join('')}</x>
    </command></iq>`);
}

export function statusOf(answer: Element): string | undefined {
  return answer.child('command', NS_COMMANDS)?.attr('status');
}

export function noteOf(answer: Element): string | undefined {
  return answer.child('command', NS_COMMANDS)?.childText('note', NS_COMMANDS);
}

export function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

/** The values of the form that an answer holds, by field. */
export function formOf(answer: Element): Readonly<Record<string, readonly string[]>> {
  const form = answer.child('command', NS_COMMANDS)?.child('x', NS_DATA);
  return Object.fromEntries(
    (form?.elements ?? [])
      .filter((field) => field.name === 'field')
      .map((field) => [
        field.attr('var') ?? '',
        field.elements.filter(({ name }) => name === 'value').map((value) => value.text()),
      ]),
  );
}

/** What the audit log has, the oldest first. */
export function entriesOf(scene: Scene): readonly string[] {
  return scene.server.audit
    .list({ limit: 500 })
    .toReversed()
    .map(({ actor, door, deed, subject, detail, outcome }) =>
      [actor, door, deed, subject ?? '-', detail ?? '-', outcome].join(' '),
    );
}
