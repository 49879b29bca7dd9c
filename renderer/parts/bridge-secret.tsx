/** What is entered in a bridge so that it can connect, with a secret that is shown this once. */
import { Button, Group, Text } from '@mantine/core';
import { serverAddress } from '../server-address.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import css from './credentials.module.css';

const words = texts.bridges.dialog;

export interface BridgeAccess {
  readonly domain: string;
  readonly secret: string;
  /** Where the server listens. */
  readonly address: string;
  /** Null while it is shut. */
  readonly port: number | null;
}

export function BridgeSecret({ access, close }: { readonly access: BridgeAccess; readonly close: () => void }) {
  const { domain, secret, port } = access;
  const address = serverAddress(access.address);
  return (
    <>
      <Text size="sm">{words.secretText}</Text>
      <dl className={css.list}>
        <Row name={words.server} value={address} what={words.serverName} />
        <Row
          name={words.port}
          value={port === null ? words.portOff : String(port)}
          what={port === null ? undefined : words.portName}
        />
        <Row name={words.address} value={domain} what={words.addressName} />
        <div className={css.row}>
          <dt>{words.secret}</dt>
          <dd>
            <code className={css.value} data-testid="generated-secret">
              {secret}
            </code>
            <CopyButton text={secret} what={words.secretName} />
          </dd>
        </div>
      </dl>
      <Group justify="flex-end" mt="xl">
        <Button onClick={close} data-autofocus>
          {texts.done}
        </Button>
      </Group>
    </>
  );
}

interface RowProps {
  readonly name: string;
  readonly value: string;
  /** What is copied; absent where there is nothing to. */
  readonly what: string | undefined;
}

function Row({ name, value, what }: RowProps) {
  return (
    <div className={css.row}>
      <dt>{name}</dt>
      <dd>
        <span className={css.value}>{value}</span>
        {what === undefined ? null : <CopyButton text={value} what={what} />}
      </dd>
    </div>
  );
}
