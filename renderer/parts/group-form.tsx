/** One group, new or to change: what it is called, who is in it, who sees them, and whether it has a room. */
import { Button, Checkbox, Group, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { GroupSummary } from '../../server/control/contract.ts';
import type { Client } from '../connection.ts';
import { useAccounts, useDeed, useGroups } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import { SearchField } from './search-field.tsx';
import css from './section.module.css';
import { tell } from './tell.ts';

const words = texts.groups;
/** From so many people on there is a field to find one. */
const MANY = 12;

interface GroupFormProps {
  /** Absent for a new one. */
  readonly group: GroupSummary | undefined;
  readonly back: () => void;
  readonly remove: (group: GroupSummary) => void;
}

interface Wish {
  readonly name: string;
  readonly isShared: boolean;
  readonly hasRoom: boolean;
  readonly seenBy: string[];
  readonly members: string[];
}

export function GroupForm({ group, back, remove }: GroupFormProps) {
  const [name, setName] = useState(group?.name ?? '');
  const [isShared, setShared] = useState(group?.isShared ?? true);
  const [hasRoom, setHasRoom] = useState(group?.room !== undefined);
  const [seenBy, setSeenBy] = useState<ReadonlySet<string>>(() => new Set(group?.seenBy));
  const [members, setMembers] = useState<ReadonlySet<string>>(() => new Set(group?.members));
  const save = useDeed((client, wish: Wish) => carryOut(client, group, wish), ['groups']);
  const { data: groups = [] } = useGroups();
  const others = groups.filter(({ id }) => id !== group?.id);
  const isEveryone = group?.isEveryone === true;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    save.mutate(
      { name: wanted, isShared, hasRoom, seenBy: [...seenBy], members: [...members] },
      {
        onSuccess: () => {
          tell(group === undefined ? words.made(wanted) : words.changed(wanted));
          back();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        label={words.name}
        description={words.nameHint}
        placeholder={words.namePlaceholder}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={100}
        autoComplete="off"
        data-first
      />
      <div className={css.choices}>
        <Switch
          mt="md"
          label={words.shared}
          description={words.sharedHint}
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <Switch
          label={words.hasRoom}
          description={group?.room === undefined || hasRoom ? words.hasRoomHint : words.keptRoomHint}
          checked={hasRoom}
          onChange={(event) => setHasRoom(event.currentTarget.checked)}
        />
      </div>
      {isEveryone ? (
        <p className={css.hint}>{words.everyone}</p>
      ) : (
        <>
          <People chosen={members} choose={setMembers} />
          {others.length === 0 ? null : (
            <fieldset className={css.part}>
              <legend>{words.alsoSeen}</legend>
              <p className={css.hint}>{words.alsoSeenHint}</p>
              <div className={css.choices}>
                {others.map((other) => (
                  <Checkbox
                    key={other.id}
                    label={other.name}
                    checked={seenBy.has(other.id)}
                    onChange={(event) => setSeenBy(turned(seenBy, other.id, event.currentTarget.checked))}
                  />
                ))}
              </div>
            </fieldset>
          )}
        </>
      )}
      <Refusal error={save.error} />
      <Group justify="space-between" mt="xl">
        {group === undefined || isEveryone ? (
          <span />
        ) : (
          <Button variant="subtle" color="red" c="red" onClick={() => remove(group)}>
            {words.remove}
          </Button>
        )}
        <Group>
          <Button variant="default" onClick={back}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
            {group === undefined ? words.submitNew : words.submit}
          </Button>
        </Group>
      </Group>
    </form>
  );
}

interface PeopleProps {
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
}

function People({ chosen, choose }: PeopleProps) {
  const { data: accounts = [] } = useAccounts();
  const [query, setQuery] = useState('');
  const there = accounts.filter(({ status }) => status === 'enabled' || status === 'disabled');
  const shown = there.filter(({ localpart }) => localpart.includes(query.trim().toLowerCase()));
  return (
    <fieldset className={css.part}>
      <legend>{words.who}</legend>
      {there.length < MANY ? null : <SearchField label={words.find} value={query} change={setQuery} />}
      <div className={css.choices}>
        {shown.map(({ localpart }) => (
          <Checkbox
            key={localpart}
            label={localpart}
            checked={chosen.has(localpart)}
            onChange={(event) => choose(turned(chosen, localpart, event.currentTarget.checked))}
          />
        ))}
      </div>
    </fieldset>
  );
}

function turned(chosen: ReadonlySet<string>, one: string, isOn: boolean): ReadonlySet<string> {
  const next = new Set(chosen);
  if (isOn) next.add(one);
  else next.delete(one);
  return next;
}

/** Only what differs: of everyone nobody can say who is in it, and somebody else may be changing the group too. */
async function carryOut(client: Client, group: GroupSummary | undefined, wish: Wish): Promise<void> {
  if (group === undefined) {
    await client.groups.create(wish);
    return;
  }
  const { id, isEveryone, room, members, seenBy } = group;
  const { name, isShared, hasRoom } = wish;
  await client.groups.update({
    id,
    ...(name === group.name ? {} : { name }),
    ...(isShared === group.isShared ? {} : { isShared }),
    ...(hasRoom === (room !== undefined) ? {} : { hasRoom }),
    ...(isEveryone || sameAs(wish.seenBy, seenBy) ? {} : { seenBy: wish.seenBy }),
  });
  if (isEveryone) return;
  const added = wish.members.filter((localpart) => !members.includes(localpart));
  const removed = members.filter((localpart) => !wish.members.includes(localpart));
  if (added.length > 0) await client.groups.addMembers({ id, localparts: added });
  if (removed.length > 0) await client.groups.removeMembers({ id, localparts: removed });
}

function sameAs(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
