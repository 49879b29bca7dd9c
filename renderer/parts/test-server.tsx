/** Whether another server can be reached: each step of the way with what it means. */
import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { FederationReport } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Icon, type IconName } from './icons.tsx';
import { Refusal } from './refusal.tsx';
import css from './test-server.module.css';

const words = texts.federation.test;
type Step = FederationReport['steps'][number];
const icons: Readonly<Record<Step['outcome'], IconName>> = { ok: 'check', warn: 'warn', fail: 'cross' };

interface TestServerProps {
  readonly isOpen: boolean;
  /** What stands in the field at first. */
  readonly domain: string;
  readonly close: () => void;
  readonly pin: (domain: string, fingerprint: string) => void;
}

export function TestServer({ isOpen, domain, close, pin }: TestServerProps) {
  return (
    <Dialog isOpen={isOpen} title={words.title} close={close}>
      <TestForm begun={domain} close={close} pin={pin} />
    </Dialog>
  );
}

function TestForm({ begun, close, pin }: Pick<TestServerProps, 'close' | 'pin'> & { readonly begun: string }) {
  const isOnline = useClient() !== undefined;
  const [typed, setTyped] = useState(begun);
  const domain = typed.trim();
  const test = useDeed((client, asked: string) => client.federation.test({ domain: asked }), ['federation']);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (domain !== '') test.mutate(domain);
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className={css.field}>
        <TextInput
          label={words.domain}
          placeholder={words.placeholder}
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!isOnline || domain === ''} loading={test.isPending}>
          {words.submit}
        </Button>
      </div>
      <Refusal error={test.error} />
      <div role="status">
        {test.isPending ? <p className={css.running}>{words.running(domain)}</p> : null}
        {test.data === undefined || test.isPending ? null : <Report report={test.data} pin={pin} />}
      </div>
      <Group justify="flex-end" mt="xl">
        <Button variant="default" onClick={close}>
          {texts.close}
        </Button>
      </Group>
    </form>
  );
}

function Report({ report, pin }: Pick<TestServerProps, 'pin'> & { readonly report: FederationReport }) {
  const { domain, isReachable, steps } = report;
  const doubtful = steps.find(({ name, outcome }) => name === 'certificate' && outcome !== 'ok')?.fingerprint;
  return (
    <>
      <p className={css.outcome} data-reachable={isReachable}>
        <Icon name={isReachable ? 'check' : 'error'} size={18} />
        {isReachable ? words.reachable(domain) : words.unreachable(domain)}
      </p>
      <ol className={css.steps}>
        {steps.map(({ name, outcome, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step may come twice, and its place is what it is
          <li key={index} data-outcome={outcome}>
            <span className={css.mark} role="img" aria-label={words.outcomes[outcome]}>
              <Icon name={icons[outcome]} size={14} />
            </span>
            <span>
              <strong>{words.steps[name]}</strong>
              <span className={css.text}>{text}</span>
            </span>
          </li>
        ))}
      </ol>
      {doubtful === undefined ? null : (
        <Button
          variant="default"
          size="sm"
          leftSection={<Icon name="shield" size={16} />}
          onClick={() => pin(domain, doubtful)}
        >
          {words.pin}
        </Button>
      )}
    </>
  );
}
