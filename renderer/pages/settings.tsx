/** Settings: every setting of the server as a form that the server itself describes. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { useState } from 'react';
import { desktop } from '../desktop.ts';
import { Icon } from '../parts/icons.tsx';
import { LoginItem } from '../parts/login-item.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { SettingsGroup } from '../parts/settings-group.tsx';
import { sentenceOf, useSettings } from '../queries.ts';
import { groupSettings, matchesSearch, type SettingsGroupView } from '../settings/grouping.ts';
import { texts } from '../texts.ts';
import css from './settings.module.css';

const words = texts.settings;

export function SettingsPage() {
  const settings = useSettings();
  const [query, setQuery] = useState('');
  const wanted = query.trim();
  const found = settings.data?.filter((setting) => matchesSearch(setting, wanted));
  const groups = found === undefined ? undefined : groupSettings(found);
  return (
    <>
      <PageHead title={texts.pages.settings} text={words.intro}>
        <TextInput
          className={css.search}
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<Icon name="search" />}
          rightSection={
            query === '' ? null : <CloseButton aria-label={words.clearSearch} onClick={() => setQuery('')} />
          }
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      </PageHead>
      {groups === undefined ? (
        settings.isError ? (
          <LoadFailure sentence={sentenceOf(settings.error)} retry={() => void settings.refetch()} />
        ) : (
          <Loading rows={10} />
        )
      ) : groups.length === 0 ? (
        <div className={css.nothing}>
          <Notice icon="search" title={words.nothingFound(wanted)} text={words.nothingFoundText}>
            <Button variant="default" onClick={() => setQuery('')}>
              {words.clearSearch}
            </Button>
          </Notice>
        </div>
      ) : (
        <div className={css.columns}>
          <Contents groups={groups} />
          <div className={css.groups}>
            {wanted === '' && desktop() !== undefined ? <LoginItem /> : null}
            {groups.map((group) => (
              <SettingsGroup key={group.name} group={group} />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

/** Where there is room beside the forms, the groups stand there to jump to. */
function Contents({ groups }: { readonly groups: readonly SettingsGroupView[] }) {
  const jump = (name: string): void => {
    const target = document.getElementById(groupId(name));
    target?.scrollIntoView({ block: 'start' });
    target?.focus({ preventScroll: true });
  };
  return (
    <nav className={css.contents} aria-label={words.groupsLabel}>
      <ul>
        {groups.map(({ name, title }) => (
          <li key={name}>
            <button type="button" onClick={() => jump(name)}>
              {title}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function groupId(name: string): string {
  return `group-${name}`;
}
