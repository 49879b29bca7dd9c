/** The roles of this server: those that every server has, and one's own, to make, change and remove. */
import { Button } from '@mantine/core';
import type { RoleSummary } from '../../server/control/contract.ts';
import { summarizePermissions } from '../permissions.ts';
import { sentenceOf, useClient, useRoles } from '../queries.ts';
import { roleName } from '../role-name.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import { ListSheet } from './list-sheet.tsx';
import { LoadFailure, Loading } from './notice.tsx';
import { RemoveRole } from './remove-role.tsx';
import { RoleForm } from './role-form.tsx';
import css from './section.module.css';

const words = texts.roles;

export function RolesSheet({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  return (
    <ListSheet<RoleSummary>
      isOpen={isOpen}
      close={close}
      titles={words}
      list={(edit) => <List edit={edit} />}
      form={(role, back, remove) => <RoleForm role={role} back={back} remove={remove} />}
      removal={(role, back) => <RemoveRole role={role} back={back} />}
    />
  );
}

function List({ edit }: { readonly edit: (role: RoleSummary | undefined) => void }) {
  const roles = useRoles();
  const isOnline = useClient() !== undefined;
  const { data } = roles;
  if (data === undefined) {
    if (!roles.isError) return <Loading rows={5} />;
    return <LoadFailure sentence={sentenceOf(roles.error)} retry={() => void roles.refetch()} />;
  }
  const own = data.filter(({ isBuiltIn }) => !isBuiltIn);
  return (
    <>
      <p className={css.intro}>{words.text}</p>
      <section className={css.section}>
        <h3 className={css.title}>{words.own}</h3>
        {own.length === 0 ? (
          <p className={css.hint}>{words.none}</p>
        ) : (
          <ul className={css.list}>
            {own.map((role) => (
              <li key={role.name} className={css.item}>
                <About name={role.name} text={summarizePermissions(role.permissions)} accounts={role.accounts} />
                <Button
                  variant="default"
                  size="xs"
                  disabled={!isOnline}
                  aria-label={words.changeName(role.name)}
                  onClick={() => edit(role)}
                >
                  {words.change}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Button
          mt="xs"
          leftSection={<Icon name="plus" />}
          disabled={!isOnline}
          data-first
          onClick={() => edit(undefined)}
        >
          {words.add}
        </Button>
      </section>
      <section className={css.section}>
        <h3 className={css.title}>{words.builtIn}</h3>
        <p className={css.hint}>{words.builtInHint}</p>
        <ul className={css.list}>
          {data
            .filter(({ isBuiltIn }) => isBuiltIn)
            .map(({ name, accounts }) => (
              <li key={name} className={css.item}>
                <About name={roleName(name)} text={hintOf(name)} accounts={accounts} />
              </li>
            ))}
        </ul>
      </section>
    </>
  );
}

interface AboutProps {
  readonly name: string;
  readonly text: string;
  readonly accounts: number;
}

function About({ name, text, accounts }: AboutProps) {
  return (
    <div className={css.about}>
      <span className={css.name}>{name}</span>
      <span className={css.dim}>{text}</span>
      <span className={css.dim}>{words.accounts(accounts)}</span>
    </div>
  );
}

function hintOf(role: string): string {
  const hints: Readonly<Record<string, string>> = texts.people.roleHints;
  return hints[role] ?? '';
}
