/**
 * Whether this desktop shows tray icons at all. Windows and macOS do; on Linux a panel must have taken the job, which
 * plain GNOME does not (StatusNotifierItem specification: the watcher and its hosts).
 */
import type { Clock } from './clock.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const BUS_TIMEOUT_S = 2;
/** A panel that starts together with us, at login, takes its time. */
const PATIENCE_MS = 20_000;
const ASK_EVERY_MS = 2_000;

/** Runs a program and resolves with its output; undefined when it is not there, fails or takes longer than asked. */
export type RunProgram = (file: string, args: readonly string[], timeoutMs: number) => Promise<string | undefined>;

const HAS_HOST = 'IsStatusNotifierHostRegistered';

/** Three programs that can ask the session bus; a desktop has at least one of them. Each asks for the same property. */
const QUESTIONS: readonly { readonly file: string; readonly args: readonly string[]; readonly yes: RegExp }[] = [
  {
    file: 'gdbus',
    args: [
      ...['call', '--session', '--timeout', String(BUS_TIMEOUT_S), '--dest', WATCHER],
      ...['--object-path', '/StatusNotifierWatcher', '--method', 'org.freedesktop.DBus.Properties.Get'],
      ...[WATCHER, HAS_HOST],
    ],
    yes: /<true>/,
  },
  {
    file: 'busctl',
    args: [
      '--user',
      `--timeout=${BUS_TIMEOUT_S}`,
      'get-property',
      WATCHER,
      '/StatusNotifierWatcher',
      WATCHER,
      HAS_HOST,
    ],
    yes: /^b true/,
  },
  {
    file: 'dbus-send',
    args: [
      ...['--session', '--print-reply', `--reply-timeout=${BUS_TIMEOUT_S * 1000}`, `--dest=${WATCHER}`],
      ...['/StatusNotifierWatcher', 'org.freedesktop.DBus.Properties.Get', `string:${WATCHER}`, `string:${HAS_HOST}`],
    ],
    yes: /boolean true/,
  },
];

export interface TrayHostQuestion {
  readonly platform: NodeJS.Platform;
  readonly run: RunProgram;
  readonly clock: Clock;
  /** Started at login: then the panel may come up after us. */
  readonly isPatient: boolean;
}

/** False also when nobody can tell: a window that is there beats an icon that is not. */
export async function hasTrayHost({ platform, run, clock, isPatient }: TrayHostQuestion): Promise<boolean> {
  if (platform !== 'linux') return true;
  const untilMs = clock.now() + (isPatient ? PATIENCE_MS : 0);
  while (!(await isHostRegistered(run))) {
    if (clock.now() >= untilMs) return false;
    await new Promise<void>((resolve) => {
      clock.after(ASK_EVERY_MS, resolve);
    });
  }
  return true;
}

async function isHostRegistered(run: RunProgram): Promise<boolean> {
  for (const { file, args, yes } of QUESTIONS) {
    const output = await run(file, args, (BUS_TIMEOUT_S + 1) * 1000);
    if (output !== undefined) return yes.test(output);
  }
  return false;
}
