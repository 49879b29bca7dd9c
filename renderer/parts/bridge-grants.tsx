/** What a bridge may do for everybody here, in words (XEP-0356, XEP-0355). What is left out is taken back. */
import { Button, Checkbox, Group, NativeSelect } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ComponentSummary } from '../../server/control/contract.ts';
import type { Grants } from '../grant-words.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import {
  DelegatedNamespaces,
  EMPTY_DRAFT,
  type NamespaceDraft,
  RequestNamespaces,
  withDelegation,
  withRequests,
} from './grant-namespaces.tsx';
import { Refusal } from './refusal.tsx';
import css from './section.module.css';
import { SideSheet } from './side-sheet.tsx';
import { tell } from './tell.ts';
import { useLast } from './use-last.ts';

const words = texts.bridges.grants;

interface BridgeGrantsProps {
  readonly component: ComponentSummary | undefined;
  readonly close: () => void;
}

export function BridgeGrants({ component, close }: BridgeGrantsProps) {
  const shown = useLast(component);
  return (
    <SideSheet
      isOpen={component !== undefined}
      title={shown === undefined ? undefined : words.title(shown.domain)}
      close={close}
      closesOnClickOutside={false}
    >
      {shown === undefined ? null : (
        <GrantsForm key={shown.domain} domain={shown.domain} current={shown.grants} close={close} />
      )}
    </SideSheet>
  );
}

interface GrantsFormProps {
  readonly domain: string;
  readonly current: Grants;
  readonly close: () => void;
}

const options = <Name extends string>(names: Readonly<Record<Name, string>>) =>
  Object.entries<string>(names).map(([value, label]) => ({ value, label }));

function GrantsForm({ domain, current, close }: GrantsFormProps) {
  const isOnline = useClient() !== undefined;
  const [grants, setGrants] = useState(current);
  const [requestDraft, setRequestDraft] = useState<NamespaceDraft>(EMPTY_DRAFT);
  const [delegationDraft, setDelegationDraft] = useState<NamespaceDraft>(EMPTY_DRAFT);
  const change = useDeed(
    (client, wish: { domain: string; grants: Grants }) => client.components.grant(wish),
    ['components'],
  );
  const put = (changed: Partial<Grants>): void => setGrants({ ...grants, ...changed });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // What stands in a field and was not added yet is meant as well.
    const wish = {
      ...grants,
      iq: withRequests(grants.iq, requestDraft),
      delegated: withDelegation(grants.delegated, delegationDraft),
    };
    setGrants(wish);
    setRequestDraft(EMPTY_DRAFT);
    setDelegationDraft(EMPTY_DRAFT);
    change.mutate(
      { domain, grants: wish },
      {
        onSuccess: () => {
          tell(texts.bridges.granted(domain));
          close();
        },
      },
    );
  };
  const { roster, rosterPush, message, presence, iq, delegated } = grants;
  return (
    <form onSubmit={submit} noValidate>
      <p className={css.intro}>{words.text}</p>
      <div className={css.choices}>
        <NativeSelect
          label={words.roster}
          value={roster}
          data={options(words.rosters)}
          onChange={(event) => put({ roster: pick(words.rosters, event.currentTarget.value, roster) })}
          data-autofocus
        />
        {roster === 'get' || roster === 'both' ? (
          <Checkbox
            label={words.rosterPush}
            checked={rosterPush}
            onChange={(event) => put({ rosterPush: event.currentTarget.checked })}
          />
        ) : null}
        <NativeSelect
          label={words.presence}
          value={presence}
          data={options(words.presences)}
          onChange={(event) => put({ presence: pick(words.presences, event.currentTarget.value, presence) })}
        />
        <Checkbox
          mt={6}
          label={words.message}
          checked={message === 'outgoing'}
          onChange={(event) => put({ message: event.currentTarget.checked ? 'outgoing' : 'none' })}
        />
      </div>
      <RequestNamespaces
        entries={iq}
        change={(entries) => put({ iq: entries })}
        draft={requestDraft}
        setDraft={setRequestDraft}
      />
      <DelegatedNamespaces
        entries={delegated}
        change={(entries) => put({ delegated: entries })}
        draft={delegationDraft}
        setDraft={setDelegationDraft}
      />
      <Refusal error={change.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close}>
          {texts.cancel}
        </Button>
        <Button type="submit" loading={change.isPending} disabled={!isOnline}>
          {words.submit}
        </Button>
      </Group>
    </form>
  );
}

/** The name among `names`; `otherwise` stands for what a select never says. */
function pick<Name extends string>(names: Readonly<Record<Name, string>>, value: string, otherwise: Name): Name {
  return (Object.keys(names) as Name[]).find((name) => name === value) ?? otherwise;
}
