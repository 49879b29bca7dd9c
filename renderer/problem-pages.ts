/** On which page something is done about what needs attention: read from its code. */
import type { Status } from '../server/control/contract.ts';
import type { PageName } from './page-names.ts';

type Problem = Pick<Status['problems'][number], 'code'>;

/** Undefined where no page knows more than the problem itself says. */
export function pageOfProblem({ code }: Problem): PageName | undefined {
  if (/^(?:federation|certificate|domain|pair)-/.test(code)) return 'federation';
  return undefined;
}

/** Where the header leads to: the one page that all of it is about, or the overview, which has everything. */
export function pageOfProblems(problems: readonly Problem[]): PageName {
  const [page, ...others] = new Set(problems.map(pageOfProblem));
  return others.length === 0 ? (page ?? 'overview') : 'overview';
}
