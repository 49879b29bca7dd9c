/** What needs somebody's attention while the server runs, each with what can be done. */
import type { Status } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import css from './problem-list.module.css';

export function ProblemList({ problems }: { readonly problems: Status['problems'] }) {
  if (problems.length === 0) return null;
  return (
    <section className={css.problems} aria-label={texts.overview.problems}>
      <ul className={css.list}>
        {problems.map(({ code, text, fix }) => (
          <li key={code} className={css.problem}>
            <Icon name="error" size={20} />
            <div>
              <p className={css.text}>{text}</p>
              {fix === undefined ? null : <p className={css.fix}>{fix}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
