/**
 * XEP-0317 section 4: the ad-hoc commands of a room, which are those for hats. Each is one form at most, so that nothing
 * need be remembered between form and submission, and a form may be submitted without having been asked for.
 */
import { discoInfoElement } from '../../../modulehost/disco-info.ts';
import { StanzaError } from '../../../stanza/error.ts';
import { type Form, formElement, NS_FORM, readSubmittedForm } from '../../../stanza/form.ts';
import { type Element, el } from '../../../xml/element.ts';
import { NS_COMMANDS, NS_DISCO_INFO, NS_DISCO_ITEMS, NS_HATS } from '../namespaces.ts';
import { isAtLeast } from '../privileges.ts';
import { refusal } from '../room-error.ts';
import type { Done, Reply, RoomRequest } from '../room-request.ts';
import { assign, create, destroy, malformed, unassign, type Values } from './deeds.ts';
import { assignedList, assignForm, createForm, destroyForm, FORM_TYPE, hatList, unassignForm } from './forms.ts';
import type { Hats } from './hats.ts';

const ID_BYTES = 12;

interface HatCommand {
  readonly title: string;
  mayRun(request: RoomRequest): boolean;
  /** Undefined for a command that asks nothing. */
  form?(hats: Hats): Form;
  run(request: RoomRequest, values: Values): Element | Done | StanzaError;
}

/** Owners decide which hats there are, admins who wears them. */
const COMMANDS: ReadonlyMap<string, HatCommand> = new Map([
  [`${NS_HATS}:commands:create`, { title: 'Create a hat', mayRun: isOwner, form: createForm, run: create }],
  [`${NS_HATS}:commands:destroy`, { title: 'Destroy a hat', mayRun: isOwner, form: destroyForm, run: destroy }],
  [`${NS_HATS}:commands:list`, { title: 'List the hats', mayRun: isInside, run: ({ room }) => hatList(room.hats) }],
  [`${NS_HATS}:commands:assign`, { title: 'Assign a hat', mayRun: isAdmin, form: assignForm, run: assign }],
  [`${NS_HATS}:commands:unassign`, { title: 'Remove a hat', mayRun: isAdmin, form: unassignForm, run: unassign }],
  [
    `${NS_HATS}:commands:list-assigned`,
    // SECURITY: it names real JIDs.
    { title: 'List who wears hats', mayRun: isAdmin, run: ({ room }) => assignedList(room.hats) },
  ],
] satisfies readonly (readonly [string, HatCommand])[]);

/** XEP-0050, without a state between its stages. */
export function runHatCommand(request: RoomRequest): Reply {
  const { room, payload, affiliation } = request;
  if (room.isLocked && affiliation !== 'owner') return refusal('item-not-found');
  const node = payload.attr('node');
  const command = node === undefined ? undefined : COMMANDS.get(node);
  if (node === undefined || command === undefined) return refusal('item-not-found', 'There is no such command.');
  if (!command.mayRun(request)) return notAllowed();
  switch (payload.attr('action') ?? 'execute') {
    case 'cancel':
      return answer(request, node, 'canceled');
    case 'execute':
    case 'next':
    case 'complete':
      return proceed(request, node, command);
    case 'prev':
      return malformed('bad-action', 'This is the first form of the command.');
    default:
      return malformed('malformed-action', 'There is no such action.');
  }
}

/** The commands, and what each is, as nodes of the room (XEP-0050 section 2.2); undefined for another node. */
export function hatCommandItems(request: RoomRequest, node: string): Element | undefined {
  if (COMMANDS.has(node)) return el('query', NS_DISCO_ITEMS, { node });
  if (node !== NS_COMMANDS) return undefined;
  const allowed = [...COMMANDS].filter(([, command]) => command.mayRun(request));
  const jid = request.room.jid.bare;
  return el(
    'query',
    NS_DISCO_ITEMS,
    { node },
    allowed.map(([name, { title }]) => el('item', NS_DISCO_ITEMS, { jid, node: name, name: title })),
  );
}

export function hatCommandInfo(request: RoomRequest, node: string): Element | StanzaError | undefined {
  if (node === NS_COMMANDS)
    return infoElement(node, 'command-list', 'Commands', [NS_COMMANDS, NS_DISCO_INFO, NS_DISCO_ITEMS]);
  const command = COMMANDS.get(node);
  if (command === undefined) return undefined;
  if (!command.mayRun(request)) return notAllowed();
  return infoElement(node, 'command-node', command.title, [NS_COMMANDS, NS_FORM]);
}

function proceed(request: RoomRequest, node: string, command: HatCommand): Reply {
  const { payload, room } = request;
  const x = payload.child('x', NS_FORM);
  if (x?.attr('type') === 'cancel') return answer(request, node, 'canceled');
  const values = readSubmittedForm(x);
  if (command.form !== undefined && values === undefined) {
    const isFirst = payload.attr('sessionid') === undefined && x === undefined;
    if (!isFirst) return malformed('bad-payload', 'The filled in form is missing.');
    const actions = el('actions', NS_COMMANDS, { execute: 'complete' }, el('complete', NS_COMMANDS));
    return answer(request, node, 'executing', actions, formElement(command.form(room.hats)));
  }
  const formType = values?.get('FORM_TYPE')?.[0];
  if (formType !== undefined && formType !== FORM_TYPE) return malformed('bad-payload', 'This is another form.');
  const outcome = command.run(request, values ?? new Map());
  if (outcome instanceof StanzaError) return outcome;
  if (!('written' in outcome)) return answer(request, node, 'completed', outcome);
  return { ...outcome, payload: answer(request, node, 'completed') };
}

function isOwner({ affiliation }: RoomRequest): boolean {
  return affiliation === 'owner';
}

function isAdmin({ affiliation }: RoomRequest): boolean {
  return isAtLeast(affiliation, 'admin');
}

function isInside({ affiliation, occupant }: RoomRequest): boolean {
  return occupant !== undefined || isAtLeast(affiliation, 'member');
}

/** Under the id that the request has, or a new one. */
function answer(
  { payload, service }: RoomRequest,
  node: string,
  status: 'canceled' | 'completed' | 'executing',
  ...content: readonly Element[]
): Element {
  const sessionid = payload.attr('sessionid') ?? service.host.randomId(ID_BYTES);
  return el('command', NS_COMMANDS, { node, sessionid, status, 'xml:lang': 'en' }, content);
}

function infoElement(node: string, type: string, name: string, features: readonly string[]): Element {
  return discoInfoElement(node, { identities: [{ category: 'automation', type, name }], features });
}

/** XEP-0050 section 4.4, where `forbidden` is of another type than in RFC 6120. */
function notAllowed(): StanzaError {
  return new StanzaError('forbidden', 'Your affiliation with this room does not allow this command.', {
    type: 'cancel',
  });
}
