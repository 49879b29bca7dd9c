/** The roles of this server: those that every server has, and one's own, to make, change and remove. */
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { RoleSummary } from '../../server/control/contract.ts';
import { summarizePermissions } from '../permissions.ts';
import { sentenceOf, useClient, useRoles } from '../queries.ts';
import { roleName } from '../role-name.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import { LoadFailure, Loading } from './notice.tsx';
import { RemoveRole } from './remove-role.tsx';
import { RoleForm } from './role-form.tsx';
import css from './section.module.css';
import { SideSheet } from './side-sheet.tsx';

const words = texts.roles;

type View =
  | { readonly kind: 'list' }
  | { readonly kind: 'form'; readonly role: RoleSummary | undefined }
  | { readonly kind: 'remove'; readonly role: RoleSummary };

const LIST: View = { kind: 'list' };

export function RolesSheet({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  const [view, setView] = useState<View>(LIST);
  const body = useFocusOnChange(view);
  useEffect(() => {
    if (isOpen) setView(LIST);
  }, [isOpen]);
  return (
    <SideSheet isOpen={isOpen} title={titleOf(view)} close={close} closesOnClickOutside={view.kind === 'list'}>
      <div ref={body} tabIndex={-1} className={css.body}>
        {view.kind === 'list' ? (
          <List show={setView} />
        ) : view.kind === 'form' ? (
          <RoleForm role={view.role} back={() => setView(LIST)} remove={(role) => setView({ kind: 'remove', role })} />
        ) : (
          <RemoveRole role={view.role} back={() => setView(LIST)} />
        )}
      </div>
    </SideSheet>
  );
}

function titleOf(view: View): string {
  if (view.kind === 'list') return words.title;
  if (view.kind === 'remove') return words.removeTitle(view.role.name);
  return view.role === undefined ? words.newTitle : words.changeTitle(view.role.name);
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
                  onClick={() => show({ kind: 'form', role })}
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
          onClick={() => show({ kind: 'form', role: undefined })}
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
