/** Stanzas that come by a stream between servers: checked, counted, handed on, and refused in the right way. */
import { errorReply, StanzaError } from '../../stanza/error.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import { readServerStanza, type ServerInbound } from './inbound.ts';
import type { StanzaOrigin } from './link-options.ts';
import type { LinkStream } from './link-stream.ts';
import type { StreamHome } from './stream-home.ts';

export class Intake {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;

  constructor(stream: LinkStream, home: StreamHome) {
    this.#stream = stream;
    this.#home = home;
  }

  take(element: Element): void | Promise<void> {
    const { domains, management, liveness } = this.#stream;
    // Behind our goodbye nothing can be acknowledged. What is left alone the peer sends again; taken, it would come twice.
    if (!this.#stream.isOpen && management.state !== undefined) return;
    if (domains.owner === undefined) return this.#end(new StreamError('not-authorized', 'Prove your domain first.'));
    const { options } = this.#home;
    const inbound = readServerStanza(element, {
      ownDomain: options.domain,
      isLocal: options.isLocal,
      isProven: (from, to) => domains.allows(from, to),
      isProvenSender: (from) => domains.remotes.has(from),
    });
    if ('end' in inbound) return this.#end(inbound.end);
    const isFirst = !liveness.hasStanzas;
    liveness.stanza();
    if (isFirst) this.#home.proven(this.#stream); // now it may carry what waits for it
    const { state } = management;
    if (state !== undefined) state.handled++;
    if ('refused' in inbound) return this.#refuse(inbound.refused, inbound.error);
    return this.#receive(inbound);
  }

  #receive({ stanza }: Extract<ServerInbound, { readonly stanza: unknown }>): void | Promise<void> {
    const { options } = this.#home;
    const { domain } = stanza.from;
    const origin: StanzaOrigin = {
      domain,
      remoteAddress: this.#stream.remoteAddress,
      proof: this.#stream.domains.remotes.get(domain)?.proof ?? this.#stream.peerProof,
    };
    const fault = (error: unknown) => {
      options.log.error({ err: error, kind: stanza.kind, domain }, 'a stanza failed by a fault of the server');
      this.#refuse(stanza.element, new StanzaError('internal-server-error'));
    };
    try {
      return options.receive(stanza, origin)?.catch(fault);
    } catch (error) {
      fault(error);
    }
  }

  #end(error: StreamError): void {
    this.#stream.fail(error);
  }

  /** RFC 6120 section 8.3.1: neither errors nor results are answered with an error. */
  #refuse(refused: Element, error: StanzaError): void {
    const type = refused.attr('type');
    if (type !== 'error' && type !== 'result') this.#home.reply(errorReply(refused, error));
  }
}
