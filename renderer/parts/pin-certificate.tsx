/** Pins a certificate: only for who has seen the fingerprint and says that it was compared. */
import { Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { groupFingerprint } from '../format.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import css from './pins.module.css';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.federation.pins;

interface PinCertificateProps {
  readonly isOpen: boolean;
  /** Empty where it is to be typed. */
  readonly domain: string;
  /** Of the certificate that the server has shown; undefined where it is to be typed. */
  readonly fingerprint?: string | undefined;
  readonly close: () => void;
}

export function PinCertificate({ isOpen, domain, fingerprint, close }: PinCertificateProps) {
  const title = domain === '' ? words.dialog.titleAny : words.dialog.title(domain);
  return (
    <Dialog isOpen={isOpen} title={title} close={close} closesOnClickOutside={false}>
      <PinForm domain={domain} fingerprint={fingerprint} close={close} />
    </Dialog>
  );
}

function PinForm({ domain, fingerprint, close }: Omit<PinCertificateProps, 'isOpen'>) {
  const isOnline = useClient() !== undefined;
  const [typedDomain, setDomain] = useState(domain);
  const [typed, setTyped] = useState(fingerprint ?? '');
  const [isCompared, setCompared] = useState(false);
  const pin = useDeed(
    (client, wanted: { domain: string; fingerprint: string }) => client.federation.pins.add(wanted),
    ['pins', 'federation'],
  );
  const wanted = { domain: typedDomain.trim(), fingerprint: typed.trim() };
  const isComplete = isCompared && wanted.domain !== '' && wanted.fingerprint !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isComplete) return;
    pin.mutate(wanted, {
      onSuccess: () => {
        tell(words.added(wanted.domain));
        close();
      },
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">{words.dialog.text}</Text>
        {domain === '' ? (
          <TextInput
            label={words.dialog.domain}
            placeholder={texts.federation.test.placeholder}
            value={typedDomain}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-autofocus
            onChange={(event) => setDomain(event.currentTarget.value)}
          />
        ) : null}
        {fingerprint === undefined ? (
          <Textarea
            label={words.dialog.fingerprint}
            description={words.dialog.fingerprintText}
            value={typed}
            autosize
            minRows={2}
            spellCheck={false}
            autoComplete="off"
            {...(domain === '' ? {} : { 'data-autofocus': true })}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        ) : (
          <div>
            <p className={css.label}>{words.dialog.shown}</p>
            <p className={css.fingerprint}>
              {groupFingerprint(fingerprint).map((group, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: groups may repeat, and their places are what they are
                <span key={index}>{group}</span>
              ))}
            </p>
          </div>
        )}
        <Checkbox
          label={words.dialog.consent}
          checked={isCompared}
          onChange={(event) => setCompared(event.currentTarget.checked)}
        />
      </Stack>
      <Refusal error={pin.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close}>
          {texts.cancel}
        </Button>
        <Button type="submit" disabled={!isOnline || !isComplete} loading={pin.isPending}>
          {words.dialog.submit}
        </Button>
      </Group>
    </form>
  );
}
