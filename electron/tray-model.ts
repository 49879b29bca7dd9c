/** The tray as plain values: what it shows in each state. `tray.ts` draws it. */
import type { ServerState, Status } from '../server/control/contract.ts';
import { texts } from './texts.ts';

/** Windows shows no more of a tooltip than this. */
const MAX_TOOLTIP = 127;
/** A menu that is wider than the screen shows nothing of its right half. */
const MAX_LABEL = 110;

export type TrayAction =
  | 'copy-address'
  | 'attend'
  | 'finish-setup'
  | 'invite'
  | 'open'
  | 'start'
  | 'pause'
  | 'restart'
  | 'toggle-login-item'
  | 'toggle-federation'
  | 'toggle-visible'
  | 'view-logs'
  | 'quit';

export type TrayRow =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: TrayAction; readonly isEnabled: boolean }
  | {
      readonly kind: 'checkbox';
      readonly label: string;
      readonly action: TrayAction;
      readonly isChecked: boolean;
      readonly isEnabled: boolean;
    };

export interface TrayModel {
  readonly icon: ServerState['kind'];
  readonly tooltip: string;
  readonly rows: readonly TrayRow[];
}

export interface TrayFacts {
  readonly state: ServerState;
  /** Undefined while the server does not tell. */
  readonly status?: Pick<Status, 'federation' | 'isVisible'> | undefined;
  readonly isLoginItem: boolean;
  /** False where the system keeps login items to itself, as Flatpak and Snap do: then there is no such row. */
  readonly canBeLoginItem: boolean;
}

export function trayModel(facts: TrayFacts): TrayModel {
  const { state } = facts;
  const headline = headlineOf(state);
  const tooltip =
    state.kind === 'running-with-problem' ? texts.runningWithProblem(headline, state.reason ?? '') : headline;
  return {
    icon: state.kind,
    tooltip: shorten(tooltip, MAX_TOOLTIP),
    rows: [
      { kind: 'text', label: shorten(`${BULLETS[state.kind]} ${headline}`, MAX_LABEL) },
      ...(state.kind === 'needs-setup' ? setupRows() : serverRows(facts)),
    ],
  };
}

const BULLETS: Readonly<Record<ServerState['kind'], string>> = {
  'needs-setup': '○',
  starting: '◌',
  running: '●',
  'running-with-problem': '⚠',
  stopped: '○',
  failed: '✕',
};

const separator: TrayRow = { kind: 'separator' };
const quit = (label: string): TrayRow => action('quit', label);

/** Before the setup is done there is nothing else to decide. */
function setupRows(): readonly TrayRow[] {
  return [separator, action('finish-setup', texts.finishSetup), separator, quit(texts.quit)];
}

function serverRows({ state, status, isLoginItem, canBeLoginItem }: TrayFacts): readonly TrayRow[] {
  const isUp = state.kind === 'running' || state.kind === 'running-with-problem';
  const isComing = state.kind === 'starting';
  const start = state.kind === 'failed' ? texts.startAgain : texts.start;
  return [
    ...(state.address === undefined ? [] : [action('copy-address', state.address)]),
    ...(state.kind === 'running-with-problem' ? [action('attend', attention(state.reason ?? ''))] : []),
    separator,
    action('invite', texts.invite, isUp),
    action('open', texts.open),
    separator,
    ...(status === undefined ? [] : [federationRow(status.federation), visibleRow(status.isVisible)]),
    isUp || isComing ? action('pause', texts.pause) : action('start', start),
    action('restart', texts.restart, isUp || isComing),
    separator,
    ...(canBeLoginItem
      ? [
          {
            kind: 'checkbox',
            label: texts.startAtLogin,
            action: 'toggle-login-item',
            isChecked: isLoginItem,
            isEnabled: true,
          } satisfies TrayRow,
        ]
      : []),
    action('view-logs', texts.viewLogs),
    separator,
    quit(isUp ? texts.quitRunning : texts.quit),
  ];
}

/** Where it cannot be switched on, the row says why, and that it is off. */
function federationRow({ isEnabled, isPossible, why }: Status['federation']): TrayRow {
  const reason = isPossible || why === undefined ? '' : ` — ${why}`;
  return {
    kind: 'checkbox',
    label: shorten(`${texts.federation}${reason}`, MAX_LABEL),
    action: 'toggle-federation',
    isChecked: isEnabled && isPossible,
    isEnabled: isPossible,
  };
}

function visibleRow(isVisible: boolean): TrayRow {
  return {
    kind: 'checkbox',
    label: texts.visible,
    action: 'toggle-visible',
    isChecked: isVisible,
    isEnabled: true,
  };
}

/** What is wrong is pressed, and the window says more. */
function attention(reason: string): string {
  return `${shorten(`${BULLETS['running-with-problem']} ${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`, MAX_LABEL - 1)}…`;
}

function headlineOf(state: ServerState): string {
  const name = nameOf(state.address);
  const reason = state.reason ?? '';
  switch (state.kind) {
    case 'needs-setup':
      return texts.needsSetup;
    case 'starting':
      return reason || texts.starting(name);
    case 'running':
    case 'running-with-problem':
      return texts.running(name, state.online ?? 0);
    case 'stopped':
      return reason === '' ? texts.stopped(name) : reason;
    case 'failed':
      return texts.failed(name, reason);
  }
}

/** `miller.local` is called Miller. */
function nameOf(address: string | undefined): string {
  const [label = ''] = (address ?? '').split('.');
  return label === '' ? texts.product : label.slice(0, 1).toUpperCase() + label.slice(1);
}

function action(name: TrayAction, label: string, isEnabled = true): TrayRow {
  return { kind: 'action', label, action: name, isEnabled };
}

/** By code points, so that no half of a character is left. */
function shorten(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
