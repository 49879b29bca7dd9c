/** Resource binding (RFC 6120 section 7), and the session request that RFC 3921 had after it. */
import { parseJid } from '../../jid/jid.ts';
import { prepareResourcepart } from '../../jid/precis.ts';
import { errorReply, StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import type { Stream } from '../stream.ts';

const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/** Makes a session of the stream's account and hands the stream to it; the full JID, or why not. */
export type BindResource = (stream: Stream, resource: string | undefined) => string | StanzaError;

export function createBind(bindResource: BindResource): StreamFeature {
  return {
    name: 'bind',
    requests: [NS_BIND],

    // COMPAT(Pidgin 2, old libraries): they ask for a session unless it is said to be optional.
    offer: (stream) =>
      stream.account === undefined || stream.isBound
        ? []
        : [el('bind', NS_BIND), el('session', NS_SESSION, undefined, el('optional', NS_SESSION))],

    receiveRequest(stream, iq, payload) {
      const answer = stream.account === undefined ? new StanzaError('not-authorized') : bind(stream, iq, payload);
      if (answer instanceof StanzaError) {
        stream.send(errorReply(iq, answer));
        return;
      }
      const jid = el('bind', NS_BIND, undefined, el('jid', NS_BIND, undefined, answer));
      stream.send(el('iq', iq.xmlns, { type: 'result', id: iq.attr('id') }, jid));
    },
  };

  function bind(stream: Stream, iq: Element, payload: Element): string | StanzaError {
    if (
      iq.attr('type') !== 'set' ||
      iq.attr('id') === undefined ||
      payload.name !== 'bind' ||
      !isForServer(stream, iq)
    ) {
      return new StanzaError('bad-request', 'Resource binding is an iq of type set with an id.');
    }
    const wanted = payload.childText('resource');
    if (wanted === undefined || wanted === '') return bindResource(stream, undefined);
    const resource = prepareResourcepart(wanted);
    return resource === undefined
      ? new StanzaError('bad-request', 'This is not a resource that a JID can have.')
      : bindResource(stream, resource);
  }
}

function isForServer(stream: Stream, iq: Element): boolean {
  const to = iq.attr('to');
  if (to === undefined) return true;
  const jid = parseJid(to);
  return jid !== undefined && (jid.full === stream.domain || jid.full === `${stream.account}@${stream.domain}`);
}
