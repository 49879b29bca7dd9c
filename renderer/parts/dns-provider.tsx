/** At which DNS provider Snug makes the record, and with which secret. */
import { NativeSelect, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type CertificateWish, providers } from '../certificate-wish.ts';
import { useSettings } from '../queries.ts';
import { texts } from '../texts.ts';

const words = texts.federation.steps.dialog;
const ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'];

interface DnsProviderProps {
  readonly wish: CertificateWish;
  readonly change: (changed: Partial<CertificateWish>) => void;
}

export function DnsProvider({ wish, change }: DnsProviderProps) {
  return (
    <Stack gap="md">
      <NativeSelect
        label={words.provider}
        value={wish.provider}
        data={providers.map((value) => ({ value, label: words.providers[value] }))}
        onChange={({ currentTarget: { value } }) => {
          const provider = providers.find((name) => name === value);
          if (provider !== undefined) change({ provider });
        }}
      />
      {wish.provider === 'rfc2136' ? (
        <NameServer wish={wish} change={change} />
      ) : (
        <Secret
          settingKey="acme.dnsToken"
          label={words.token}
          description={words.tokenText}
          value={wish.token}
          change={(token) => change({ token })}
        />
      )}
    </Stack>
  );
}

function NameServer({ wish, change }: DnsProviderProps) {
  return (
    <>
      <TextInput
        label={words.server}
        description={words.serverText}
        value={wish.server}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change({ server: event.currentTarget.value })}
      />
      <TextInput
        label={words.keyName}
        value={wish.keyName}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change({ keyName: event.currentTarget.value })}
      />
      <NativeSelect
        label={words.keyAlgorithm}
        value={wish.keyAlgorithm}
        data={ALGORITHMS}
        onChange={(event) => change({ keyAlgorithm: event.currentTarget.value })}
      />
      <Secret
        settingKey="acme.dnsKeySecret"
        label={words.keySecret}
        value={wish.keySecret}
        change={(keySecret) => change({ keySecret })}
      />
    </>
  );
}

interface SecretProps {
  readonly settingKey: string;
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

/** The server tells nobody what it is, only that there is one. */
function Secret({ settingKey, label, description, value, change }: SecretProps) {
  const { data: settings } = useSettings();
  const isSet = settings?.find(({ key }) => key === settingKey)?.value === null;
  return (
    <PasswordInput
      label={label}
      {...(description === undefined ? {} : { description })}
      {...(isSet ? { placeholder: words.secretIsSet } : {})}
      value={value}
      autoComplete="off"
      spellCheck={false}
      visibilityToggleButtonProps={{ 'aria-label': words.showSecret, tabIndex: 0 }}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
