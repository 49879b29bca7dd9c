/** How the certificate for the domain stands. */
import type { AcmeSummary, Status } from '../../server/control/contract.ts';
import { formatDate } from '../format.ts';
import { texts } from '../texts.ts';
import type { StepState } from './step.ts';

const words = texts.federation.steps.certificate;

type Shown = Status['certificate'];

export function readCertificateStep(
  shown: Shown | undefined,
  request: AcmeSummary | undefined,
  problems: Status['problems'] = [],
): StepState {
  if (shown === undefined || request === undefined) return { mark: 'busy', summary: texts.loading };
  if (request.state === 'waiting-for-dns') return { mark: 'todo', summary: words.waiting };
  if (request.state === 'working') return { mark: 'busy', summary: words.working };
  const source = words.sources[shown.source] ?? shown.source;
  const isLocal = shown.source === 'local-ca';
  if (request.failure !== null && shown.source !== 'files')
    return { mark: isLocal ? 'todo' : 'warn', summary: isLocal ? `${source} ${words.failed}` : words.failed };
  if (isLocal) return { mark: request.refusal === null ? 'todo' : 'unknown', summary: request.refusal ?? source };
  const ending = problems.find(({ code }) => code.startsWith('certificate-'));
  if (ending !== undefined) return { mark: 'warn', summary: ending.text };
  return { mark: 'done', summary: words.summary(source, formatDate(shown.expiresAt)) };
}
