/** A new account: name, role, and a password that is made here or chosen. */
import { Button, Group, NativeSelect, PasswordInput, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { hoursFromNow, LIFETIMES } from '../lifetimes.ts';
import { codeOf, sentenceOf, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Credentials } from './credentials.tsx';
import { Dialog } from './dialog.tsx';
import { RoleChoice } from './role-choice.tsx';

const words = texts.people.dialog;

interface AddPersonProps {
  readonly isOpen: boolean;
  readonly domain: string;
  readonly close: () => void;
}

interface Added {
  readonly localpart: string;
  readonly jid: string;
  readonly generatedPassword?: string | undefined;
}

export function AddPerson({ isOpen, domain, close }: AddPersonProps) {
  const [added, setAdded] = useState<Added>();
  const end = (): void => {
    close();
    // SECURITY: the password must not wait here for the next time that the dialog opens.
    setAdded(undefined);
  };
  return (
    <Dialog
      isOpen={isOpen}
      title={added === undefined ? words.addTitle : words.addedTitle(added.localpart)}
      close={end}
      closesOnClickOutside={false}
    >
      {added === undefined ? (
        <AddForm domain={domain} close={end} onAdded={setAdded} />
      ) : (
        <>
          <Text size="sm">{added.generatedPassword === undefined ? words.addedOwnText : words.addedText}</Text>
          <Credentials jid={added.jid} password={added.generatedPassword} />
          <Group justify="flex-end" mt="xl">
            <Button onClick={end} data-autofocus>
              {texts.done}
            </Button>
          </Group>
        </>
      )}
    </Dialog>
  );
}

interface AddFormProps {
  readonly domain: string;
  readonly close: () => void;
  readonly onAdded: (added: Added) => void;
}

function AddForm({ domain, close, onAdded }: AddFormProps) {
  const [localpart, setLocalpart] = useState('');
  const [role, setRole] = useState('member');
  const [hours, setHours] = useState('');
  const [isOwn, setOwn] = useState(false);
  const [password, setPassword] = useState('');
  const add = useDeed(
    (client, input: { localpart: string; role: string; password?: string; expiresAt?: string }) =>
      client.accounts.add(input),
    ['accounts'],
  );
  const failure =
    add.error === null ? undefined : { field: faultyField(add.error, isOwn), text: sentenceOf(add.error) };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const input = {
      localpart: localpart.trim(),
      role,
      ...(isOwn ? { password } : {}),
      ...(hours === '' ? {} : { expiresAt: hoursFromNow(Number(hours), Date.now()) }),
    };
    add.mutate(input, { onSuccess: onAdded });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <TextInput
          label={words.name}
          description={words.nameHint}
          placeholder={words.namePlaceholder}
          value={localpart}
          onChange={(event) => setLocalpart(event.currentTarget.value)}
          error={failure?.field === 'name' ? failure.text : undefined}
          rightSection={<Text size="sm" c="dimmed" truncate>{`@${domain}`}</Text>}
          rightSectionWidth={Math.min(220, 30 + domain.length * 8)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
        />
        <RoleChoice value={role} onChange={setRole} />
        <NativeSelect
          label={texts.lifetimes.choice}
          description={texts.lifetimes.choiceHint}
          value={hours}
          onChange={(event) => setHours(event.currentTarget.value)}
          data={[{ value: '', label: texts.lifetimes.forGood }, ...LIFETIMES]}
        />
        <Radio.Group
          label={words.password}
          value={isOwn ? 'own' : 'made'}
          onChange={(value) => setOwn(value === 'own')}
        >
          <Stack gap={10} mt={8}>
            <Radio value="made" label={words.generate} description={words.generateHint} />
            <Radio value="own" label={words.choose} description={words.chooseHint} />
          </Stack>
        </Radio.Group>
        {isOwn ? (
          <PasswordInput
            label={words.ownPassword}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={failure?.field === 'password' ? failure.text : undefined}
            autoComplete="new-password"
          />
        ) : null}
        {failure?.field === undefined && failure !== undefined ? (
          <Text c="red" size="sm" role="alert">
            {failure.text}
          </Text>
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {texts.cancel}
          </Button>
          <Button
            type="submit"
            loading={add.isPending}
            disabled={localpart.trim() === '' || (isOwn && password === '')}
          >
            {words.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Beside which field the server's sentence stands. The contract has one code for both; the sentence names its subject. */
function faultyField(error: unknown, isOwn: boolean): 'name' | 'password' | undefined {
  const code = codeOf(error);
  if (code === 'CONFLICT') return 'name';
  if (code !== 'INVALID') return undefined;
  return isOwn && /^The password/.test(sentenceOf(error)) ? 'password' : 'name';
}
