/** The groups of this server: everyone, and those that somebody has made, to make, change and remove. */
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { GroupSummary } from '../../server/control/contract.ts';
import { sentenceOf, useClient, useGroups } from '../queries.ts';
import { texts } from '../texts.ts';
import { GroupForm } from './group-form.tsx';
import { Icon } from './icons.tsx';
import { LoadFailure, Loading } from './notice.tsx';
import { RemoveGroup } from './remove-group.tsx';
import css from './section.module.css';
import { SideSheet } from './side-sheet.tsx';

const words = texts.groups;

type View =
  | { readonly kind: 'list' }
  | { readonly kind: 'form'; readonly group: GroupSummary | undefined }
  | { readonly kind: 'remove'; readonly group: GroupSummary };

const LIST: View = { kind: 'list' };

export function GroupsSheet({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  const [view, setView] = useState<View>(LIST);
  const body = useFocusOnChange(view);
  useEffect(() => {
    if (isOpen) setView(LIST);
  }, [isOpen]);
  const back = (): void => setView(LIST);
  return (
    <SideSheet isOpen={isOpen} title={titleOf(view)} close={close} closesOnClickOutside={view.kind === 'list'}>
      <div ref={body} tabIndex={-1} className={css.body}>
        {view.kind === 'list' ? (
          <List show={setView} />
        ) : view.kind === 'form' ? (
          <GroupForm group={view.group} back={back} remove={(group) => setView({ kind: 'remove', group })} />
        ) : (
          <RemoveGroup group={view.group} back={back} />
        )}
      </div>
    </SideSheet>
  );
}

function titleOf(view: View): string {
  if (view.kind === 'list') return words.title;
  if (view.kind === 'remove') return words.removeTitle(view.group.name);
  return view.group === undefined ? words.newTitle : words.changeTitle(view.group.name);
}

/** What was pressed is gone with the view it stood in, so the focus goes to where the next one begins. */
function useFocusOnChange(view: View) {
  const body = useRef<HTMLDivElement>(null);
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    const first = body.current?.querySelector<HTMLElement>('[data-first]');
    (first ?? body.current)?.focus();
  }, [view]);
  return body;
}

function List({ show }: { readonly show: (view: View) => void }) {
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
              onClick={() => show({ kind: 'form', group })}
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
        onClick={() => show({ kind: 'form', group: undefined })}
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
