/** Asks for a certificate of a public authority: how the domain is proved, and consent to the authority's terms. */
import { Button, Checkbox, Group, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type CertificateWish, settingsOf, wishFrom } from '../certificate-wish.ts';
import { sentenceOf, useClient, useDeed, useSettings, useTermsOfService } from '../queries.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import { Dialog } from './dialog.tsx';
import { DnsProvider } from './dns-provider.tsx';
import css from './get-certificate.module.css';
import { Loading } from './notice.tsx';
import { Refusal } from './refusal.tsx';
import { tell } from './tell.ts';

const words = texts.federation.steps.dialog;
const WAYS = ['visit', 'provider', 'manual'] as const;

interface GetCertificateProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

export function GetCertificate({ isOpen, close }: GetCertificateProps) {
  const { data: settings } = useSettings();
  return (
    <Dialog isOpen={isOpen} title={words.title} close={close} closesOnClickOutside={false}>
      {settings === undefined ? <Loading rows={5} /> : <WishForm begun={wishFrom(settings)} close={close} />}
    </Dialog>
  );
}

function WishForm({ begun, close }: { readonly begun: CertificateWish; readonly close: () => void }) {
  const isOnline = useClient() !== undefined;
  const [wish, setWish] = useState(begun);
  const change = (changed: Partial<CertificateWish>): void => setWish({ ...wish, ...changed });
  const ask = useDeed(
    async (client, wanted: CertificateWish) => {
      for (const [key, value] of settingsOf(wanted)) await client.settings.set({ key, value });
      await client.certificate.acme.begin();
    },
    ['acme', 'settings'],
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask.mutate(wish, {
      onSuccess: () => {
        tell(texts.federation.steps.certificate.begun);
        close();
      },
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Radio.Group
          label={words.challenge}
          value={wish.way}
          onChange={(value) => change({ way: WAYS.find((way) => way === value) ?? 'visit' })}
        >
          <Stack gap={12} mt={10}>
            {WAYS.map((way) => (
              <Radio key={way} value={way} label={words.ways[way].name} description={words.ways[way].text} />
            ))}
          </Stack>
        </Radio.Group>
        {wish.way === 'provider' ? <DnsProvider wish={wish} change={change} /> : null}
        <TextInput
          label={words.email}
          description={words.emailText}
          type="email"
          value={wish.email}
          autoComplete="email"
          onChange={(event) => change({ email: event.currentTarget.value })}
        />
        <Terms />
        <Checkbox
          label={words.terms}
          checked={wish.isAgreed}
          onChange={(event) => change({ isAgreed: event.currentTarget.checked })}
        />
      </Stack>
      <Refusal error={ask.error} />
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close}>
          {texts.cancel}
        </Button>
        <Button type="submit" loading={ask.isPending} disabled={!isOnline || !wish.isAgreed}>
          {words.submit}
        </Button>
      </Group>
    </form>
  );
}

/** The address is copied, not followed: the app's own window leads nowhere else. */
function Terms() {
  const { data, error } = useTermsOfService();
  if (data === undefined) {
    return <p className={css.terms}>{error === null ? words.termsLoading : sentenceOf(error)}</p>;
  }
  if (data.url === null) return <p className={css.terms}>{words.termsNone}</p>;
  return (
    <p className={css.terms}>
      <span>
        {words.termsAt} <span className={css.address}>{data.url}</span>
      </span>
      <CopyButton text={data.url} what={words.termsName} />
    </p>
  );
}
