/** The one state of the server, told three times: by shape, by colour and in words. */
import type { ServerState } from '../../server/control/contract.ts';
import { type StateKind, stateReason } from '../server-state.ts';
import { texts } from '../texts.ts';
import css from './state-pill.module.css';

/** Drawn on a grid of 12; no two share an outline. */
const shapes: Readonly<Record<StateKind, string>> = {
  running: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Z',
  'running-with-problem': 'M6 .8 11.6 10.8H.4Z',
  starting: 'M6 1a5 5 0 0 1 0 10ZM6 1.8a4.2 4.2 0 0 0 0 8.4V9A3 3 0 0 1 6 3Z',
  stopped: 'M2 2h8v8H2Z',
  failed: 'M2.6 1 6 4.4 9.4 1 11 2.6 7.6 6 11 9.4 9.4 11 6 7.6 2.6 11 1 9.4 4.4 6 1 2.6Z',
  'needs-setup': 'M6 .5 11.5 6 6 11.5.5 6Z',
};

export function StateMark({ kind, size = 10 }: { readonly kind: StateKind; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" fill="currentColor" aria-hidden="true" focusable="false">
      <path d={shapes[kind]} />
    </svg>
  );
}

export function StatePill({ state }: { readonly state: ServerState }) {
  const reason = stateReason(state);
  return (
    <p className={css.pill} data-kind={state.kind} role="status" aria-label={texts.state.label}>
      <StateMark kind={state.kind} />
      <span className={css.word}>{texts.state.kinds[state.kind]}</span>
      {reason === undefined ? null : <span className={css.reason}>{reason}</span>}
    </p>
  );
}
