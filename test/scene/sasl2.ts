/** Signing in with SASL2 (XEP-0388), for scenes. */
import type { Element } from '../../server/xml/element.ts';
import { el } from '../../server/xml/element.ts';
import { passwordOf, type Scene } from './scene.ts';
import type { SceneClient } from './scene-client.ts';
import { createScramClient, type ScramClient, type ScramHash } from './scram-client.ts';

export const NS_SASL2 = 'urn:xmpp:sasl:2';

const HASHES: Readonly<Record<string, ScramHash>> = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
};

let nonces = 0;

export interface Sasl2Attempt {
  /** XML inside `<authenticate/>`, besides the initial response. */
  readonly inside?: string;
  readonly mechanism?: string;
  readonly username?: string;
  readonly password?: string;
  readonly gs2Header?: string;
  readonly bindingData?: Uint8Array;
}

/** A connection in the name of an account, up to the features. */
export async function opensFor(scene: Scene, name: string): Promise<SceneClient> {
  const client = scene.connect({ name });
  client.opens(` from='${client.bare}'`);
  await client.next();
  return client;
}

export function authenticate(mechanism: string, message: string | undefined, inside = ''): string {
  const initial = message === undefined ? '' : `<initial-response>${btoa(message)}</initial-response>`;
  return `<authenticate xmlns='${NS_SASL2}' mechanism='${mechanism}'>${initial}${inside}</authenticate>`;
}

export function response(message: string): string {
  return el('response', NS_SASL2, undefined, btoa(message)).toXml();
}

/** A whole exchange; what the server says last: `<success/>`, `<continue/>` or `<failure/>`. */
export async function signsIn(client: SceneClient, attempt: Sasl2Attempt = {}): Promise<Element> {
  const { inside, mechanism = 'SCRAM-SHA-256', ...rest } = attempt;
  const scram = scramOf(client, mechanism, rest);
  client.sends(authenticate(mechanism, scram.first, inside));
  const challenge = await client.next();
  if (!challenge.is('challenge', NS_SASL2)) return challenge;
  client.sends(response(scram.final(atob(challenge.text()))));
  const last = await client.next();
  const proof = last.childText('additional-data');
  if (last.name !== 'failure' && !scram.isServerProven(atob(proof ?? '')))
    throw new Error(`the server has not proven itself: ${last.toXml()}`);
  const identifier = last.childText('authorization-identifier') ?? '';
  if (identifier.includes('/')) client.jid = identifier;
  return last;
}

/** A client with a session by Bind 2, whose features have been read; `inside` is what stands in `<bind/>`. */
export async function bindsInline(scene: Scene, name: string, inside = ''): Promise<SceneClient> {
  const client = await opensFor(scene, name);
  const success = await signsIn(client, { inside: `<bind xmlns='urn:xmpp:bind:0'>${inside}</bind>` });
  if (success.child('bound', 'urn:xmpp:bind:0') === undefined) throw new Error(`not bound: ${success.toXml()}`);
  await client.next();
  return client;
}

function scramOf(client: SceneClient, mechanism: string, attempt: Omit<Sasl2Attempt, 'inside'>): ScramClient {
  const { username = client.name, password = passwordOf(client.name), ...binding } = attempt;
  const hash = HASHES[mechanism.replace('-PLUS', '')] ?? 'sha1';
  return createScramClient({ hash, username, password, nonce: `sasl2-${++nonces}`, ...binding });
}
