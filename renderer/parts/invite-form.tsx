/** Whom the invitation is for. Everything has a value already: one press is enough. */
import { Button, Checkbox, Collapse, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import type { IssuedInvitationSummary } from '../../server/control/contract.ts';
import { formatDuration } from '../format.ts';
import { type InviteDraft, NO_WISHES, usualInviter, wishOf } from '../invite-wish.ts';
import { codeOf, sentenceOf, useAccounts, useClient, useDeed, useGroups, useSettings } from '../queries.ts';
import { texts } from '../texts.ts';
import { Refusal } from './refusal.tsx';
import { RoleChoice } from './role-choice.tsx';

const words = texts.invite;
const HOUR_MS = 3_600_000;
const ACCOUNT_HOURS = [24, 48, 168, 720] as const;

export function InviteForm({ onIssued }: { readonly onIssued: (issued: IssuedInvitationSummary) => void }) {
  const isOnline = useClient() !== undefined;
  const { data: accounts = [] } = useAccounts();
  const [draft, setDraft] = useState(NO_WISHES);
  const [hasMore, setMore] = useState(false);
  const moreId = useId();
  const create = useDeed(
    (client, wish: ReturnType<typeof wishOf>) => client.invitations.create(wish),
    ['invitations', 'audit'],
  );
  const change = (changed: Partial<InviteDraft>): void => setDraft({ ...draft, ...changed });
  const inviter = draft.inviter ?? usualInviter(accounts);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(wishOf(draft, inviter), { onSuccess: onIssued });
  };
  const isName = create.isError && draft.name.trim() !== '' && isAboutName(create.error);
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={words.name}
          description={words.nameHint}
          placeholder={words.namePlaceholder}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={isName ? sentenceOf(create.error) : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
        <NativeSelect
          label={words.inviter}
          description={words.inviterHint}
          value={inviter}
          onChange={(event) => change({ inviter: event.currentTarget.value })}
          data={[
            ...accounts.filter(({ status }) => status === 'enabled').map(({ localpart }) => localpart),
            { value: '', label: words.nobody },
          ]}
        />
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={hasMore}
            aria-controls={moreId}
            onClick={() => setMore(!hasMore)}
          >
            {words.more}
          </Button>
        </div>
        <Collapse expanded={hasMore} id={moreId}>
          <More draft={draft} change={change} />
        </Collapse>
        {isName ? null : <Refusal error={create.error} />}
        <Button type="submit" loading={create.isPending} disabled={!isOnline}>
          {words.submit}
        </Button>
      </Stack>
    </form>
  );
}

interface MoreProps {
  readonly draft: InviteDraft;
  readonly change: (changed: Partial<InviteDraft>) => void;
}

function More({ draft, change }: MoreProps) {
  const { data: settings } = useSettings();
  const usual = settings?.find(({ key }) => key === 'invitations.lifetimeHours')?.value;
  const { data: allGroups = [] } = useGroups();
  const groups = allGroups.filter(({ isEveryone }) => !isEveryone);
  const isNamed = draft.name.trim() !== '';
  return (
    <Stack gap="md">
      <NativeSelect
        label={words.lifetime}
        value={draft.lifetime}
        onChange={(event) => change({ lifetime: event.currentTarget.value })}
        data={[
          { value: '', label: typeof usual === 'number' ? formatDuration(usual * HOUR_MS) : words.bySetting },
          ...Object.entries(words.lifetimes)
            .filter(([hours]) => Number(hours) !== usual)
            .map(([value, label]) => ({ value, label })),
        ]}
      />
      <TextInput
        label={words.uses}
        description={isNamed ? words.usesName : words.usesHint}
        inputMode="numeric"
        value={isNamed ? '1' : draft.uses}
        disabled={isNamed}
        onChange={(event) => change({ uses: event.currentTarget.value })}
        autoComplete="off"
      />
      <RoleChoice value={draft.role} onChange={(role) => change({ role })} />
      {groups.length === 0 ? null : (
        <Checkbox.Group
          label={words.groups}
          description={words.groupsHint}
          value={[...draft.groups]}
          onChange={(chosen) => change({ groups: chosen })}
        >
          <Stack gap={8} mt={8}>
            {groups.map(({ id, name }) => (
              <Checkbox key={id} value={name} label={name} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <NativeSelect
        label={words.accountLasts}
        description={words.accountHint}
        value={draft.accountLifetime}
        onChange={(event) => change({ accountLifetime: event.currentTarget.value })}
        data={[
          { value: '', label: words.forGood },
          ...ACCOUNT_HOURS.map((hours) => ({ value: String(hours), label: formatDuration(hours * HOUR_MS) })),
        ]}
      />
    </Stack>
  );
}

/** The contract has one code for whatever cannot be; only a name can also be taken. */
function isAboutName(error: unknown): boolean {
  return codeOf(error) === 'CONFLICT' || /name of an account/.test(sentenceOf(error));
}
