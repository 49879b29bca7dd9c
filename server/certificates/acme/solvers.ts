/** The two ways to prove a name: a file on port 80 (http-01), or a TXT record (dns-01). */
import { AcmeError } from './acme-error.ts';
import type { DnsProvider } from './dns/dns-provider.ts';
import type { Visibility } from './dns/visibility.ts';
import { HttpDoor } from './http-door.ts';
import type { Solver } from './order.ts';

/** Providers take from a second to some minutes until all of their name servers know. */
const VISIBILITY_PATIENCE_MS = 10 * 60 * 1000;
const VISIBILITY_POLL_MS = 5_000;

export interface HttpSolverOptions {
  readonly port: number;
  readonly address: string;
  /** Asks the router to let the authority in; gives back what takes that back. */
  readonly mapDoor: ((port: number) => Promise<() => Promise<void>>) | undefined;
}

export function httpSolver({ port, address, mapDoor }: HttpSolverOptions): Solver {
  let door: HttpDoor | undefined;
  let unmap: (() => Promise<void>) | undefined;
  return {
    type: 'http-01',
    async prepare(_name, token, answer) {
      if (door === undefined) {
        door = await HttpDoor.open(port, address);
        unmap = await mapDoor?.(door.port).catch(() => undefined);
      }
      door.answer(token, answer);
    },
    settled: () => Promise.resolve(),
    async undo() {
      await unmap?.().catch(() => undefined);
      await door?.close();
    },
  };
}

/** A TXT record that somebody is to make. */
export interface WantedTxt {
  readonly name: string;
  readonly value: string;
}

/** Where records that are in the DNS are written down, so that a crash does not leave them there for ever. */
export interface LeftRecords {
  leftRecords(): Promise<readonly WantedTxt[]>;
  keepLeftRecords(records: readonly WantedTxt[]): Promise<void>;
}

export interface DnsSolverOptions {
  /** The name at which the record of a challenge has to be. */
  readonly place: (name: string) => Promise<string>;
  readonly files: LeftRecords;
  /** A record that could not be taken away; it is tried again the next time. */
  readonly onLeft: (name: string, error: unknown) => void;
  readonly see: (record: WantedTxt) => Promise<Visibility>;
  readonly pause: (ms: number) => Promise<void>;
  readonly elapsedMs: () => number;
}

export function dnsSolver(provider: DnsProvider, options: DnsSolverOptions): Solver {
  const { see, place, files, onLeft, pause, elapsedMs } = options;
  const records: WantedTxt[] = [];
  let old: readonly WantedTxt[] | undefined;
  return {
    type: 'dns-01',
    async prepare(name, _token, value) {
      const record = { name: await place(challengeName(name)), value };
      old ??= await files.leftRecords();
      records.push(record);
      await files.keepLeftRecords([...old, ...records]);
      await provider.setTxt(record.name, record.value);
    },
    async settled() {
      const startedMs = elapsedMs();
      for (const record of records) {
        while (!(await see(record)).isVisible) {
          if (elapsedMs() - startedMs > VISIBILITY_PATIENCE_MS)
            throw new AcmeError(
              'dns-not-visible',
              `${provider.title} took the TXT record for ${record.name}, but the name servers of the domain do not show it.`,
              { fix: 'Check that the domain really uses the name servers of this provider.' },
            );
          await pause(VISIBILITY_POLL_MS);
        }
      }
    },
    async undo() {
      const left: WantedTxt[] = [];
      for (const record of [...(old ?? []), ...records]) {
        await provider.removeTxt(record.name, record.value).catch((error: unknown) => {
          onLeft(record.name, error);
          left.push(record);
        });
      }
      if (old !== undefined) await files.keepLeftRecords(left).catch(() => undefined);
    },
  };
}

export interface ManualSolverOptions {
  /** The name at which the record of a challenge has to be. */
  readonly place: (name: string) => Promise<string>;
  /** Shows what is to be made, and resolves when it is there; rejects when the order is cancelled. */
  readonly ask: (records: readonly WantedTxt[]) => Promise<void>;
}

export function manualSolver({ ask, place }: ManualSolverOptions): Solver {
  const records: WantedTxt[] = [];
  return {
    type: 'dns-01',
    async prepare(name, _token, value) {
      records.push({ name: await place(challengeName(name)), value });
    },
    settled: () => ask(records),
    undo: () => Promise.resolve(),
  };
}

/** RFC 8555 section 8.4. */
function challengeName(name: string): string {
  return `_acme-challenge.${name.replace(/^\*\./, '')}`;
}
