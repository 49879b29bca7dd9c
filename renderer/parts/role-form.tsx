/** One role of one's own, new or to change: its name and what it allows, each in words. */
import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Permission, RoleSummary } from '../../server/control/contract.ts';
import { permissionGroups, permissionName } from '../permissions.ts';
import { useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import css from './section.module.css';
import { tell } from './tell.ts';

const words = texts.roles;

interface RoleFormProps {
  /** Absent for a new one. */
  readonly role: RoleSummary | undefined;
  readonly back: () => void;
  readonly remove: (role: RoleSummary) => void;
}

interface Wish {
  readonly name: string;
  readonly permissions: Permission[];
}

export function RoleForm({ role, back, remove }: RoleFormProps) {
  const [name, setName] = useState(role?.name ?? '');
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(() => new Set(role?.permissions));
  const save = useDeed(
    (client, wish: Wish) => (role === undefined ? client.roles.create(wish) : client.roles.update(wish)),
    ['roles'],
  );
  const turn = (permission: Permission, isOn: boolean): void => {
    const next = new Set(chosen);
    if (isOn) next.add(permission);
    else next.delete(permission);
    setChosen(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    save.mutate(
      { name: name.trim(), permissions: [...chosen] },
      {
        onSuccess: () => {
          tell(role === undefined ? words.made(name.trim()) : words.changed(name));
          back();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      {role === undefined ? (
        <TextInput
          label={words.name}
          placeholder={words.namePlaceholder}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={64}
          autoComplete="off"
          mb="lg"
          data-first
        />
      ) : (
        <p className={css.intro}>{words.everywhere}</p>
      )}
      <h3 className={css.title}>{words.may}</h3>
      {permissionGroups.map(({ name: group, permissions }, index) => (
        <fieldset key={group} className={css.group}>
          <legend>{words.groups[group]}</legend>
          <div className={css.choices}>
            {permissions.map((permission, place) => (
              <Checkbox
                key={permission}
                label={permissionName(permission)}
                checked={chosen.has(permission)}
                onChange={(event) => turn(permission, event.currentTarget.checked)}
                {...(role !== undefined && index === 0 && place === 0 ? { 'data-first': true } : {})}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <Refusal error={save.error} />
      <Group justify="space-between" mt="xl">
        {role === undefined ? (
          <span />
        ) : (
          <Button variant="subtle" color="red" c="red" onClick={() => remove(role)}>
            {words.remove}
          </Button>
        )}
        <Group>
          <Button variant="default" onClick={back}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
            {role === undefined ? words.submitNew : words.submit}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
