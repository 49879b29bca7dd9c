/** The groups of this server: everyone, and those that somebody has made, to make, change and remove. */
import { Button } from '@mantine/core';
import type { GroupSummary } from '../../server/control/contract.ts';
import { sentenceOf, useClient, useGroups } from '../queries.ts';
import { texts } from '../texts.ts';
import { GroupForm } from './group-form.tsx';
import { Icon } from './icons.tsx';
import { ListSheet } from './list-sheet.tsx';
import { LoadFailure, Loading } from './notice.tsx';
import { RemoveGroup } from './remove-group.tsx';
import css from './section.module.css';

const words = texts.groups;

export function GroupsSheet({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  return (
    <ListSheet<GroupSummary>
      isOpen={isOpen}
      close={close}
      titles={words}
      list={(edit) => <List edit={edit} />}
      form={(group, back, remove) => <GroupForm group={group} back={back} remove={remove} />}
      removal={(group, back) => <RemoveGroup group={group} back={back} />}
    />
  );
}

function List({ edit }: { readonly edit: (group: GroupSummary | undefined) => void }) {
  const groups = useGroups();
  const isOnline = useClient() !== undefined;
  const { data } = groups;
  if (data === undefined) {
    if (!groups.isError) return <Loading rows={4} />;
    return <LoadFailure sentence={sentenceOf(groups.error)} retry={() => void groups.refetch()} />;
  }
  return (
    <>
      <p className={css.intro}>{words.text}</p>
      <ul className={css.list}>
        {data.map((group) => (
          <li key={group.id} className={css.item}>
            <About group={group} groups={data} />
            <Button
              variant="default"
              size="xs"
              disabled={!isOnline}
              aria-label={words.changeName(group.name)}
              onClick={() => edit(group)}
            >
              {words.change}
            </Button>
          </li>
        ))}
      </ul>
      <Button
        mt="xs"
        leftSection={<Icon name="plus" />}
        disabled={!isOnline}
        data-first
        onClick={() => edit(undefined)}
      >
        {words.add}
      </Button>
    </>
  );
}

interface AboutProps {
  readonly group: GroupSummary;
  readonly groups: readonly GroupSummary[];
}

function About({ group, groups }: AboutProps) {
  const { name, isEveryone, isShared, seenBy, room, members } = group;
  const viewers = groups.filter(({ id }) => seenBy.includes(id)).map((other) => other.name);
  return (
    <div className={css.about}>
      <span className={css.name}>{name}</span>
      {isEveryone ? <span className={css.dim}>{words.everyone}</span> : null}
      <span className={css.dim}>{words.members(members.length)}</span>
      {isShared ? null : <span className={css.dim}>{words.hidden}</span>}
      {viewers.length === 0 ? null : <span className={css.dim}>{words.seenBy(viewers)}</span>}
      <span className={css.dim}>{room === undefined ? words.noRoom : words.room(room)}</span>
    </div>
  );
}
