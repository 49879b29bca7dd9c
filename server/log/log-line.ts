/** One line of the log, read back from its JSON form: for the window, for `snug logs` and for a terminal. */

/** A line as people see it. */
export interface LogLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** A `LogLevel`, or `unknown` for a line that is not ours. */
  readonly level: string;
  /** The room that wrote it; empty for the root logger. */
  readonly room: string;
  readonly message: string;
  /** What else the line says, such as `jid`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a line as the logger wrote it. A line that is not JSON, as a crash may leave it, is kept as the message. */
export function parseLogLine(text: string): LogLine {
  const parsed = parsedObject(text);
  if (parsed === undefined) return { time: '', level: 'unknown', room: '', message: text.trimEnd(), fields: {} };
  const { time, level, room, msg, ...fields } = parsed;
  return {
    time: textOf(time),
    level: level === undefined ? 'unknown' : textOf(level),
    room: textOf(room),
    message: textOf(msg),
    fields,
  };
}

/** The line for a terminal, without a line end: `2026-01-31T12:00:00.000Z info session: session resumed jid="…"`. */
export function formatLogLine(line: LogLine): string {
  const fields = Object.entries(line.fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const room = line.room === '' ? '' : `${line.room}:`;
  return withoutControls([line.time, line.level.padEnd(5), room, line.message, ...fields].filter(Boolean).join(' '));
}

/** SECURITY: names and texts of strangers end up here; none of them may move a terminal's cursor or turn its text around. */
function withoutControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return value === undefined ? '' : String(value);
}
