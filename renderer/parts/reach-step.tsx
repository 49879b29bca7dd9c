/** The way in from the internet: what the router says, and what only a visit from outside can tell. */
import { Switch } from '@mantine/core';
import type { DomainReportSummary, PortMappingSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Fact, Facts } from './facts.tsx';
import { Icon } from './icons.tsx';
import { Loading } from './notice.tsx';
import css from './reach-step.module.css';
import { Refusal } from './refusal.tsx';

const words = texts.federation.steps.reach;

interface ReachStepProps {
  readonly mapping: PortMappingSummary | undefined;
  readonly hints: DomainReportSummary['hints'];
}

export function ReachStep({ mapping, hints }: ReachStepProps) {
  if (mapping === undefined) return <Loading rows={3} />;
  const outside = hints.find(({ code }) => code === 'outside-view')?.text ?? words.outsideText;
  const others = hints.filter(({ code }) => code !== 'outside-view');
  const { hint } = mapping;
  return (
    <>
      <Router mapping={mapping} />
      {hint === null && others.length === 0 ? null : (
        <ul className={css.hints} aria-label={words.hints}>
          {hint === null ? null : <Hint text={hint} isObstacle />}
          {others.map(({ code, text }) => (
            <Hint key={code} text={text} isObstacle={code !== 'split-horizon'} />
          ))}
        </ul>
      )}
      <h4 className={css.title}>{words.outside}</h4>
      <p className={css.text}>{outside}</p>
    </>
  );
}

function Hint({ text, isObstacle }: { readonly text: string; readonly isObstacle: boolean }) {
  return (
    <li data-obstacle={isObstacle}>
      <Icon name={isObstacle ? 'warn' : 'info'} size={18} />
      <span>{text}</span>
    </li>
  );
}

function Router({ mapping }: { readonly mapping: PortMappingSummary }) {
  const { state, protocol, router, externalAddress, ports, failure } = mapping;
  const isOnline = useClient() !== undefined;
  const change = useDeed(
    (client, isWanted: boolean) => (isWanted ? client.ports.map() : client.ports.unmap()),
    ['port-mapping', 'settings', 'domain-report'],
  );
  const isOn = change.isPending ? change.variables : state !== 'off';
  return (
    <>
      <div className={css.asking}>
        <div>
          <h4 className={css.name}>{words.map}</h4>
          <p className={css.text}>{words.mapText}</p>
        </div>
        <Switch
          className={css.switch}
          size="md"
          labelPosition="left"
          label={isOn ? words.on : words.off}
          aria-label={words.map}
          checked={isOn}
          disabled={!isOnline || change.isPending}
          onChange={(event) => change.mutate(event.currentTarget.checked)}
        />
      </div>
      <Refusal error={change.error} />
      <p className={css.state} data-state={isPartly(mapping) ? 'failed' : state} role="status">
        {change.isPending || state === 'working' ? words.summaries.working : (failure ?? stateWords(mapping))}
      </p>
      {state === 'off' ? null : (
        <Facts>
          {router === null ? null : (
            <Fact name={words.router}>
              <span className={css.value}>{router}</span>
              {protocol === null ? null : <span className={css.dim}>{words.protocol(protocol)}</span>}
            </Fact>
          )}
          {externalAddress === null ? null : (
            <Fact name={words.external} value={externalAddress} copied={words.externalName} />
          )}
          {ports.length === 0 ? null : (
            <Fact name={words.ports}>
              <ul className={css.ports}>
                {ports.map(({ port, purpose, state: outcome, text }) => (
                  <li key={port} data-state={outcome} title={text}>
                    <strong>{port}</strong>
                    <span className={css.purpose}>{purpose}</span>
                    <span className={css.verdict}>
                      <Icon name={outcome === 'forwarded' ? 'check' : 'cross'} size={14} />
                      {words.portStates[outcome]}
                    </span>
                    {outcome === 'refused' ? <span className={css.sentence}>{text}</span> : null}
                  </li>
                ))}
              </ul>
            </Fact>
          )}
        </Facts>
      )}
    </>
  );
}

function stateWords(mapping: PortMappingSummary): string {
  return isPartly(mapping) ? words.summaries.partly : words.summaries[mapping.state];
}

function isPartly({ state, ports }: PortMappingSummary): boolean {
  return state === 'on' && ports.some((port) => port.state === 'refused');
}
