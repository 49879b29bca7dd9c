/** Signing in with a token (XEP-0484, draft-schmaus-kitten-sasl-ht-09), for scenes. */
import { createHmac } from 'node:crypto';
import type { Element } from '../../server/xml/element.ts';
import { authenticate, opensFor, signsIn } from './sasl2.ts';
import type { Scene } from './scene.ts';
import type { SceneClient } from './scene-client.ts';
import { BINDING_DATA } from './wire.ts';

export const NS_FAST = 'urn:xmpp:fast:0';
/** Of the examples of XEP-0388. */
export const KIVAS_PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

const NOTHING = new Uint8Array();
const BINDINGS: Readonly<Record<string, Uint8Array>> = {
  'HT-SHA-256-EXPR': BINDING_DATA['tls-exporter'],
  'HT-SHA-256-ENDP': BINDING_DATA['tls-server-end-point'],
};

export function userAgent(id = KIVAS_PHONE, inside = ''): string {
  return `<user-agent id='${id}'>${inside}</user-agent>`;
}

export interface TokenAttempt {
  readonly token: string;
  readonly mechanism?: string;
  readonly agent?: string | undefined;
  /** Attributes of `<fast/>`. */
  readonly fast?: string;
  /** XML inside `<authenticate/>` besides. */
  readonly inside?: string;
}

/** `authcid NUL initiator-hashed-token` as a string of bytes. */
export function initiatorMessage(localpart: string, token: string, mechanism: string): string {
  const data = BINDINGS[mechanism] ?? NOTHING;
  return `${localpart}\0${createHmac('sha256', token).update('Initiator').update(data).digest().toString('latin1')}`;
}

/** The answer to a whole attempt; throws when the server does not prove that it has the token as well. */
export async function usesToken(client: SceneClient, attempt: TokenAttempt): Promise<Element> {
  const { token, mechanism = 'HT-SHA-256-NONE', agent = userAgent(), fast = '', inside = '' } = attempt;
  const message = initiatorMessage(client.name, token, mechanism);
  client.sends(authenticate(mechanism, message, `${agent}<fast xmlns='${NS_FAST}' ${fast}/>${inside}`));
  const answer = await client.next();
  if (answer.name === 'failure') return answer;
  const data = BINDINGS[mechanism] ?? NOTHING;
  const expected = createHmac('sha256', token).update('Responder').update(data).digest('base64');
  if (answer.childText('additional-data') !== expected) throw new Error('the server has not proven itself');
  const identifier = answer.childText('authorization-identifier') ?? '';
  if (identifier.includes('/')) client.jid = identifier;
  return answer;
}

export interface TokenWish {
  /** With which the token will be used. */
  readonly mechanism?: string;
  readonly agent?: string;
  readonly password?: string;
  /** XML inside `<authenticate/>` besides. */
  readonly inside?: string;
}

export function requestToken(mechanism = 'HT-SHA-256-NONE'): string {
  return `<request-token xmlns='${NS_FAST}' mechanism='${mechanism}'/>`;
}

/** Signs in with the password and asks for a token. */
export async function getsToken(scene: Scene, name: string, wish: TokenWish = {}) {
  const { mechanism, agent = userAgent(), password, inside = '' } = wish;
  const client = await opensFor(scene, name);
  const success = await signsIn(client, {
    inside: agent + requestToken(mechanism) + inside,
    ...(password === undefined ? {} : { password }),
  });
  await client.next(); // features
  return { client, ...tokenIn(success) };
}

/** What a `<success/>` brings; throws when there is no token. */
export function tokenIn(success: Element): { readonly token: string; readonly expiresAtMs: number } {
  const token = success.child('token', NS_FAST);
  if (token === undefined) throw new Error(`no token in ${success.toXml()}`);
  return { token: token.attr('token') ?? '', expiresAtMs: Date.parse(token.attr('expiry') ?? '') };
}
