/** The two lists of namespaces among the grants of a bridge: what it may ask for people, and what it answers. */
import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import type { KeyboardEvent, ReactNode } from 'react';
import type { Grants } from '../grant-words.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import css from './section.module.css';

const words = texts.bridges.grants;

type RequestGrant = Grants['iq'][number];
type Delegation = Grants['delegated'][number];
const accesses = ['get', 'set', 'both'] as const satisfies readonly RequestGrant['access'][];

/** What is typed for the next entry. */
export interface NamespaceDraft {
  readonly xmlns: string;
  readonly access: RequestGrant['access'];
  /** Names between spaces. */
  readonly attributes: string;
}

export const EMPTY_DRAFT: NamespaceDraft = { xmlns: '', access: 'get', attributes: '' };

/** With what is typed, if it is anything. A namespace that is there already is replaced. */
export function withRequests(entries: readonly RequestGrant[], { xmlns, access }: NamespaceDraft): RequestGrant[] {
  return withEntry(entries, { xmlns: xmlns.trim(), access });
}

export function withDelegation(entries: readonly Delegation[], { xmlns, attributes }: NamespaceDraft): Delegation[] {
  const names = attributes.split(/[\s,]+/).filter((name) => name !== '');
  return withEntry(entries, { xmlns: xmlns.trim(), attributes: names });
}

function withEntry<Entry extends { readonly xmlns: string }>(entries: readonly Entry[], entry: Entry): Entry[] {
  if (entry.xmlns === '') return [...entries];
  return [...entries.filter(({ xmlns }) => xmlns !== entry.xmlns), entry];
}

interface ListProps<Entry> {
  readonly entries: readonly Entry[];
  readonly change: (entries: Entry[]) => void;
  readonly draft: NamespaceDraft;
  readonly setDraft: (draft: NamespaceDraft) => void;
}

export function RequestNamespaces({ entries, change, draft, setDraft }: ListProps<RequestGrant>) {
  const add = (): void => {
    change(withRequests(entries, draft));
    setDraft(EMPTY_DRAFT);
  };
  return (
    <Namespaces
      title={words.iq}
      hint={words.iqHint}
      entries={entries.map(({ xmlns, access }) => ({ xmlns, more: words.accesses[access] }))}
      remove={(place) => change(entries.filter((_, index) => index !== place))}
      newName={words.iqNew}
      draft={draft}
      setDraft={setDraft}
      add={add}
    >
      <NativeSelect
        aria-label={words.access}
        value={draft.access}
        data={accesses.map((value) => ({ value, label: words.accesses[value] }))}
        onChange={(event) =>
          setDraft({ ...draft, access: accesses.find((access) => access === event.currentTarget.value) ?? 'get' })
        }
      />
    </Namespaces>
  );
}

export function DelegatedNamespaces({ entries, change, draft, setDraft }: ListProps<Delegation>) {
  const add = (): void => {
    change(withDelegation(entries, draft));
    setDraft(EMPTY_DRAFT);
  };
  return (
    <Namespaces
      title={words.delegated}
      hint={words.delegatedHint}
      entries={entries.map(({ xmlns, attributes }) => ({
        xmlns,
        more: attributes.length === 0 ? undefined : words.onlyWith(attributes.join(', ')),
      }))}
      remove={(place) => change(entries.filter((_, index) => index !== place))}
      newName={words.delegatedNew}
      draft={draft}
      setDraft={setDraft}
      add={add}
    >
      <TextInput
        aria-label={words.attributes}
        placeholder={words.attributes}
        description={words.attributesHint}
        inputWrapperOrder={['input', 'description']}
        value={draft.attributes}
        onChange={(event) => setDraft({ ...draft, attributes: event.currentTarget.value })}
        onKeyDown={onEnter(draft, add)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
    </Namespaces>
  );
}

/** Enter adds the entry and does not save the whole. */
function onEnter(draft: NamespaceDraft, add: () => void) {
  return (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || draft.xmlns.trim() === '') return;
    event.preventDefault();
    add();
  };
}

interface NamespacesProps {
  readonly title: string;
  readonly hint: string;
  readonly entries: readonly { readonly xmlns: string; readonly more: string | undefined }[];
  readonly remove: (place: number) => void;
  readonly newName: string;
  readonly draft: NamespaceDraft;
  readonly setDraft: (draft: NamespaceDraft) => void;
  readonly add: () => void;
  /** What else an entry says. */
  readonly children: ReactNode;
}

function Namespaces({ title, hint, entries, remove, newName, draft, setDraft, add, children }: NamespacesProps) {
  return (
    <fieldset className={css.part}>
      <legend>{title}</legend>
      <p className={css.hint}>{hint}</p>
      {entries.length === 0 ? null : (
        <ul className={css.entries}>
          {entries.map(({ xmlns, more }, place) => (
            <li key={xmlns} className={css.entry}>
              <span className={css.about}>
                <span className={css.namespace}>{xmlns}</span>
                {more === undefined ? null : <span className={css.dim}>{more}</span>}
              </span>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={words.remove(xmlns)}
                onClick={() => remove(place)}
              >
                <Icon name="cross" size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <div className={css.adding}>
        <TextInput
          aria-label={newName}
          placeholder={newName}
          value={draft.xmlns}
          onChange={(event) => setDraft({ ...draft, xmlns: event.currentTarget.value })}
          onKeyDown={onEnter(draft, add)}
          maxLength={1000}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        {children}
        <Button
          variant="default"
          size="xs"
          disabled={draft.xmlns.trim() === ''}
          aria-label={words.addName(title)}
          onClick={add}
        >
          {words.add}
        </Button>
      </div>
    </fieldset>
  );
}
