/** XEP-0357 section 7: the publication that makes an app server wake a device, and what it tells. */
import { formElement } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { encryptedPayload } from './encryption.ts';
import { NS_PRIORITY, NS_PUBSUB, NS_PUSH, NS_PUSH_SUMMARY } from './namespaces.ts';
import type { Occasion } from './occasion.ts';
import type { Registration } from './registration.ts';

/**
 * COMPAT(app servers for iOS): without a text they send what the phone may take its time with, or drop. Which text it is
 * does not matter to them.
 */
const PLACEHOLDER = 'New message';
/** Characters of a text that passes through strangers' hands anyway shortened: they take some 4,000 bytes in all. */
const MAX_BODY_LENGTH = 500;

/** What the services on the way may know. */
export interface Policy {
  readonly sender: boolean;
  readonly body: 'none' | 'placeholder' | 'text';
}

export interface NotificationOptions {
  readonly registration: Registration;
  readonly occasion: Occasion;
  /** Since the device was last here. */
  readonly counts: { readonly messages: number; readonly subscriptions: number };
  readonly policy: Policy;
  readonly newIv: () => Buffer;
}

/** The payload of the request to the push service. */
export function publication(options: NotificationOptions): Element {
  const { node, options: form } = options.registration;
  return el(
    'pubsub',
    NS_PUBSUB,
    undefined,
    el('publish', NS_PUBSUB, { node: node || undefined }, el('item', NS_PUBSUB, undefined, notification(options))),
    form && el('publish-options', NS_PUBSUB, undefined, form.withAttr('type', 'submit')),
  );
}

function notification({ registration, occasion, counts, policy, newIv }: NotificationOptions): Element {
  const { encryption, isPriorityWanted } = registration;
  return el(
    'notification',
    NS_PUSH,
    undefined,
    encryption === undefined
      ? summary(occasion, counts, policy)
      : encryptedPayload({ encryption, occasion, unread: counts.messages, iv: newIv() }),
    isPriorityWanted ? el('priority', NS_PRIORITY, undefined, 'high') : undefined,
  );
}

function summary(
  { from, body, isEncrypted }: Occasion,
  counts: NotificationOptions['counts'],
  policy: Policy,
): Element {
  const fields = [{ name: 'message-count', values: [String(counts.messages)] }];
  if (counts.subscriptions > 0)
    fields.push({ name: 'pending-subscription-count', values: [String(counts.subscriptions)] });
  if (policy.sender) fields.push({ name: 'last-message-sender', values: [from.full] });
  const hasText = body !== undefined || isEncrypted;
  if (hasText && policy.body !== 'none') {
    const text = policy.body === 'text' && body !== undefined ? shortened(body) : PLACEHOLDER;
    fields.push({ name: 'last-message-body', values: [text] });
  }
  return formElement({ type: 'submit', formType: NS_PUSH_SUMMARY, fields });
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= MAX_BODY_LENGTH ? text : `${characters.slice(0, MAX_BODY_LENGTH - 1).join('')}…`;
}
