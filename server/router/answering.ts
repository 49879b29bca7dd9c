/** How a request is answered by whoever claimed it: a result, a refusal, or an apology for a fault of the server. */
import type { Logger } from '../log/log.ts';
import { StanzaError } from '../stanza/error.ts';
import { resultOf } from '../stanza/iq.ts';
import type { Answer, IqRoute, Request } from './iq-table.ts';
import type { Router } from './router.ts';

export interface AnsweringOptions {
  readonly router: Router;
  readonly log: Logger;
}

/** Runs the handler. A promise holds up the sender's next stanzas, unless the route is detached. */
export function answerRequest(options: AnsweringOptions, route: IqRoute, request: Request): void | Promise<void> {
  try {
    const answer = route.handler(request);
    if (!(answer instanceof Promise)) return reply(options, request, answer);
    const settled = answerWith(options, request, answer);
    return route.isDetached ? undefined : settled;
  } catch (error) {
    apologize(options, request, error);
  }
}

/** Sends what `pending` brings, whatever it is. Never rejects. */
export function answerWith(options: AnsweringOptions, request: Request, pending: Promise<Answer>): Promise<void> {
  return pending.then(
    (answer) => reply(options, request, answer),
    (error) => apologize(options, request, error),
  );
}

function reply({ router }: AnsweringOptions, { iq, sender }: Request, answer: Answer): void {
  if (answer instanceof StanzaError) router.refuse(iq, answer, sender);
  else router.answer(resultOf(iq, answer), sender);
}

function apologize({ router, log }: AnsweringOptions, { iq, payload, sender }: Request, error: unknown): void {
  log.error({ err: error, xmlns: payload.xmlns }, 'a request failed by a fault of the server');
  router.refuse(iq, new StanzaError('internal-server-error'), sender);
}
