/** What needs somebody's attention while the server runs, each with what can be done. */
import type { Status } from '../../server/control/contract.ts';
import type { PageName } from '../page-names.ts';
import { pageOfProblem } from '../problem-pages.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import css from './problem-list.module.css';

interface ProblemListProps {
  readonly problems: Status['problems'];
  /** The page that shows them: it does not lead to itself. */
  readonly page: PageName;
}

export function ProblemList({ problems, page: here }: ProblemListProps) {
  if (problems.length === 0) return null;
  return (
    <section className={css.problems} aria-label={texts.overview.problems}>
      <ul className={css.list}>
        {problems.map((problem) => {
          const { code, text, fix } = problem;
          const page = pageOfProblem(problem);
          return (
            <li key={code} className={css.problem}>
              <Icon name="error" size={20} />
              <div className={css.words}>
                <p className={css.text}>{text}</p>
                {fix === undefined ? null : <p className={css.fix}>{fix}</p>}
              </div>
              {page === undefined || page === here ? null : (
                <a className={css.link} href={pageAddress(page)}>
                  {texts.overview.problemPage(texts.pages[page])}
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
