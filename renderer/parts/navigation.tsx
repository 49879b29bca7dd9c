/** The way between the pages. In a narrow window it is a rail: the icon above its word. */
import { type PageName, pageGroups } from '../page-names.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import { Logo } from './logo.tsx';
import css from './navigation.module.css';

interface NavigationProps {
  readonly page: PageName;
  readonly version: string | undefined;
}

export function Navigation({ page, version }: NavigationProps) {
  return (
    <nav className={css.navigation} aria-label={texts.navigation}>
      <p className={css.brand}>
        <Logo size={30} />
        <span className={css.name}>{texts.product}</span>
      </p>
      {pageGroups.map((group) => (
        <ul className={css.list} key={group[0]}>
          {group.map((name) => (
            <li key={name}>
              <a className={css.link} href={pageAddress(name)} aria-current={name === page ? 'page' : undefined}>
                <Icon name={name} size={20} />
                <span>{texts.pages[name]}</span>
              </a>
            </li>
          ))}
        </ul>
      ))}
      {version === undefined ? null : <p className={css.version}>{texts.version(version)}</p>}
    </nav>
  );
}
