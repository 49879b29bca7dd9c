/** What holds on every page: which server this is, how it is, and how bright the window should be. */
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import type { ServerState } from '../../server/control/contract.ts';
import { pageOfProblems } from '../problem-pages.ts';
import { useStatus } from '../queries.ts';
import { pageAddress, usePage } from '../route.ts';
import { texts } from '../texts.ts';
import css from './header.module.css';
import { Icon, type IconName } from './icons.tsx';
import { StatePill } from './state-pill.tsx';

const schemes = ['auto', 'light', 'dark'] as const;
const schemeIcons: Readonly<Record<(typeof schemes)[number], IconName>> = {
  auto: 'screen',
  light: 'sun',
  dark: 'moon',
};

interface HeaderProps {
  readonly domain: string | undefined;
  readonly state: ServerState;
}

export function Header({ domain, state }: HeaderProps) {
  return (
    <header className={css.header}>
      {domain === undefined ? null : <span className={css.domain}>{domain}</span>}
      <StatePill state={state} />
      <ProblemLink state={state} />
      <div className={css.end}>
        <SchemeMenu />
      </div>
    </header>
  );
}

/** From what needs attention to where something is done about it. */
function ProblemLink({ state }: Pick<HeaderProps, 'state'>) {
  const here = usePage();
  const { data: status } = useStatus();
  const problems = status?.problems ?? [];
  const page = pageOfProblems(problems);
  if (state.kind !== 'running-with-problem' || problems.length === 0 || page === here) return null;
  return (
    <a className={css.link} href={pageAddress(page)}>
      {texts.state.look}
    </a>
  );
}

function SchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={190} shadow="md" withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.scheme.label}>
          <Icon name={schemeIcons[colorScheme]} size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={texts.scheme.label}>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            leftSection={<Icon name={schemeIcons[scheme]} />}
            rightSection={scheme === colorScheme ? <Icon name="check" size={16} /> : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {texts.scheme[scheme]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
