/** The last minutes of traffic for the small graph: the server counts since its start, the window takes differences. */

export const SAMPLE_MS = 5000;
/** Ten minutes. */
export const MAX_SAMPLES = 120;
const STORAGE_KEY = 'snug.traffic';

export interface Sample {
  readonly timeMs: number;
  /** Since the sample before. */
  readonly messages: number;
  readonly sessions: number;
}

/** What a snapshot of the server says about traffic. */
export interface Reading {
  readonly startedAt: string;
  readonly traffic: { readonly messages: number };
  readonly sessions: number;
}

/** The part of a browser's storage that is needed. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export class TrafficHistory {
  readonly #storage: Store;
  #samples: readonly Sample[];
  #last: Reading | undefined;
  readonly #listeners = new Set<() => void>();

  /** `storage` keeps the curve when the page is loaded again. */
  constructor(storage: Store) {
    this.#storage = storage;
    this.#samples = readSamples(storage.getItem(STORAGE_KEY));
  }

  samples = (): readonly Sample[] => this.#samples;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Sets the mark that the first sample is measured from, where there is none yet. */
  mark(reading: Reading): void {
    this.#last ??= reading;
  }

  /** Takes one sample: what came since the last, or since the mark. */
  take(reading: Reading, nowMs: number): void {
    const last = this.#last;
    this.#last = reading;
    if (last === undefined) return;
    const isSameRun = last.startedAt === reading.startedAt;
    const messages = Math.max(0, reading.traffic.messages - (isSameRun ? last.traffic.messages : 0));
    const earlier = this.#samples.filter(({ timeMs }) => timeMs < nowMs && timeMs > nowMs - MAX_SAMPLES * SAMPLE_MS);
    this.#samples = [...earlier, { timeMs: nowMs, messages, sessions: reading.sessions }];
    this.#storage.setItem(STORAGE_KEY, JSON.stringify(this.#samples));
    for (const listener of [...this.#listeners]) listener();
  }

  /** After the line broke: what happened meanwhile belongs to no interval. */
  forgetMark(): void {
    this.#last = undefined;
  }
}

/** What lies in the storage may come from another version, or from nobody knows where. */
function readSamples(text: string | null): readonly Sample[] {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(stored) ? stored.filter(isSample).slice(-MAX_SAMPLES) : [];
  } catch {
    return [];
  }
}

function isSample(given: unknown): given is Sample {
  if (typeof given !== 'object' || given === null) return false;
  const { timeMs, messages, sessions } = given as Partial<Record<keyof Sample, unknown>>;
  return [timeMs, messages, sessions].every((value) => typeof value === 'number' && Number.isFinite(value));
}

/** The graph's columns; where samples are missing, a gap instead of a line that was never measured. */
export function toColumns(samples: readonly Sample[]): [number[], (number | null)[], (number | null)[]] {
  const times: number[] = [];
  const messages: (number | null)[] = [];
  const sessions: (number | null)[] = [];
  let previousMs: number | undefined;
  for (const sample of samples) {
    if (previousMs !== undefined && sample.timeMs - previousMs > 2.5 * SAMPLE_MS) {
      times.push((previousMs + SAMPLE_MS) / 1000);
      messages.push(null);
      sessions.push(null);
    }
    times.push(sample.timeMs / 1000);
    messages.push(sample.messages);
    sessions.push(sample.sessions);
    previousMs = sample.timeMs;
  }
  return [times, messages, sessions];
}
