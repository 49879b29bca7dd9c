/** Reading forms that come inside pubsub requests, with their FORM_TYPE checked (XEP-0068). */
import { StanzaError } from '../../stanza/error.ts';
import { NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import type { Element } from '../../xml/element.ts';

export type Values = ReadonlyMap<string, readonly string[]>;

/** The values by field name; `cancel` when the form says so; `bad-request` when it is none or of another FORM_TYPE. */
export function readForm(parent: Element, formType: string): Values | 'cancel' | StanzaError {
  const x = parent.child('x', NS_FORM);
  if (x === undefined) return new StanzaError('bad-request', 'The form is missing.');
  if (x.attr('type') === 'cancel') return 'cancel';
  // COMPAT(several clients): forms of publish-options come without their type, which can be but this one.
  const values = readSubmittedForm(x.attr('type') === undefined ? x.withAttr('type', 'submit') : x);
  if (values === undefined) return new StanzaError('bad-request', 'The form is not one that was filled in.');
  const named = values.get('FORM_TYPE')?.[0];
  if (named !== undefined && named !== formType) {
    return new StanzaError('bad-request', `The form should be of the type ${formType}.`);
  }
  return values;
}
