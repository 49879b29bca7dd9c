/** XEP-0317 section 4: the forms and lists by which hats are made and given. */
import { type Field, type Form, NS_FORM } from '../../../stanza/form.ts';
import { type Element, el } from '../../../xml/element.ts';
import { NS_HATS } from '../namespaces.ts';
import type { Hat, Hats } from './hats.ts';

export const FORM_TYPE = `${NS_HATS}:commands`;
export const TITLE = 'hats#title';
export const URI = 'hats#uri';
export const HUE = 'hats#hue';
export const JID = 'hats#jid';

export function createForm(): Form {
  return form('Creating a hat', 'Name the hat. One that is there already under this URI is changed.', [
    { name: TITLE, type: 'text-single', label: 'Title', isRequired: true },
    { name: URI, type: 'text-single', label: 'URI, which names the hat for good', isRequired: true },
    { name: HUE, type: 'text-single', label: 'Colour, an angle from 0 to 360' },
  ]);
}

export function destroyForm(hats: Hats): Form {
  return form('Destroying a hat', 'Choose the hat to be taken from everybody.', [hatField(hats)]);
}

export function assignForm(hats: Hats): Form {
  return form('Assigning a hat', 'Choose who is to wear which hat.', [personField(), hatField(hats)]);
}

export function unassignForm(hats: Hats): Form {
  return form('Removing a hat', 'Choose from whom to take which hat.', [personField(), hatField(hats)]);
}

export function hatList(hats: Hats): Element {
  const rows = Array.from(hats.all(), (hat) => rowOf(hat));
  return list('Hats', [TITLE, URI, HUE], rows);
}

export function assignedList(hats: Hats): Element {
  const rows = Array.from(hats.assignments(), ([jid, hat]) => ({ [JID]: jid, ...rowOf(hat) }));
  return list('Assigned hats', [JID, URI, TITLE, HUE], rows);
}

type Row = Readonly<Record<string, string | undefined>>;

function rowOf({ title, uri, hue }: Hat): Row {
  return { [TITLE]: title, [URI]: uri, [HUE]: hue };
}

function form(title: string, instructions: string, fields: readonly Field[]): Form {
  return { type: 'form', formType: FORM_TYPE, title, instructions, fields };
}

function personField(): Field {
  return { name: JID, type: 'jid-single', label: 'Address', isRequired: true };
}

function hatField(hats: Hats): Field {
  const options = Array.from(hats.all(), ({ title, uri }) => ({ label: title, value: uri }));
  return { name: URI, type: 'list-single', label: 'Hat', isRequired: true, options };
}

/** XEP-0004 section 3.4: several items under one head. */
function list(title: string, names: readonly string[], rows: readonly Row[]): Element {
  return el(
    'x',
    NS_FORM,
    { type: 'result' },
    el('title', NS_FORM, undefined, title),
    el(
      'reported',
      NS_FORM,
      undefined,
      names.map((name) => el('field', NS_FORM, { var: name })),
    ),
    rows.map((row) =>
      el(
        'item',
        NS_FORM,
        undefined,
        names.map((name) => el('field', NS_FORM, { var: name }, el('value', NS_FORM, undefined, row[name]))),
      ),
    ),
  );
}
