/** What the pages know of the server: snapshots that the server pushes, held in one cache, and calls that change it. */
import { ORPCError } from '@orpc/client';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useSyncExternalStore } from 'react';
import type { Client, Connection, Line } from './connection.ts';
import { texts } from './texts.ts';

export const ConnectionContext = createContext<Connection | undefined>(undefined);

/** Who looks at the bridges sees one come within this time. */
const COMPONENTS_MS = 4000;
const FILE_USAGE_MS = 60_000;
/** The DNS is asked for it, which knows nothing new within a minute. */
const DOMAIN_REPORT_MS = 60_000;

/** A stream that ended although the line holds is asked for again after this long. */
const FOLLOW_AGAIN_MS = 2000;

/** A call that the server never got. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError';
  constructor() {
    super(texts.errors.offline);
  }
}

export function useConnection(): Connection {
  const connection = use(ConnectionContext);
  if (connection === undefined) throw new Error('there is no ConnectionContext around this component');
  return connection;
}

export function useLine(): Line {
  const connection = useConnection();
  return useSyncExternalStore(connection.subscribe, connection.line);
}

export function useClient(): Client | undefined {
  const line = useLine();
  return line.kind === 'online' ? line.client : undefined;
}

/** A sentence for people; the server's own wherever it gave one. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ORPCError && error.defined) return error.message;
  if (error instanceof OfflineError) return error.message;
  return texts.errors.unexpected;
}

/** The error's code in the contract, if it came from there. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ORPCError && error.defined ? error.code : undefined;
}

interface SnapshotOptions {
  /** What is asked for, where there is a choice. */
  readonly about?: readonly unknown[];
  /** For what nobody pushes. */
  readonly everyMs?: number;
  /** For what nobody pushes and is worth a question only when a page that shows it is opened again. */
  readonly freshMs?: number;
}

function useSnapshot<T>(key: string, get: (client: Client) => Promise<T>, options: SnapshotOptions = {}) {
  const client = useClient();
  const { about = [], everyMs = false, freshMs = Number.POSITIVE_INFINITY } = options;
  return useQuery({
    queryKey: [key, ...about],
    refetchInterval: everyMs,
    queryFn: () => {
      if (client === undefined) throw new OfflineError();
      return get(client);
    },
    // Without a line there is nothing to ask; what is known stays on the page.
    enabled: client !== undefined,
    staleTime: freshMs,
    retry: 1,
    // What was found stays on the page until the next answer is there.
    placeholderData: keepPreviousData,
  });
}

export const useStatus = () => useSnapshot('status', (client) => client.status.get());
export const useSessions = () => useSnapshot('sessions', (client) => client.sessions.list());
export const useAccounts = () => useSnapshot('accounts', (client) => client.accounts.list());
export const useGroups = () => useSnapshot('groups', (client) => client.groups.list());
export const useInvitations = () => useSnapshot('invitations', (client) => client.invitations.list());
export const useReports = () => useSnapshot('reports', (client) => client.reports.list());
export const useRoles = () => useSnapshot('roles', (client) => client.roles.list());
export const useComponents = () =>
  useSnapshot('components', (client) => client.components.list(), { everyMs: COMPONENTS_MS });
export const useFileUsage = () =>
  useSnapshot('file-usage', (client) => client.files.usage(), { everyMs: FILE_USAGE_MS });
export const useFiles = (text: string, account: string | undefined, limit: number) =>
  useSnapshot(
    'files',
    (client) =>
      client.files.list({ limit, ...(text === '' ? {} : { text }), ...(account === undefined ? {} : { account }) }),
    { about: [text, account, limit] },
  );
export const useAudit = (text: string, limit: number) =>
  useSnapshot('audit', (client) => client.audit.list({ limit, ...(text === '' ? {} : { text }) }), {
    about: [text, limit],
  });
export const useDevices = (localpart: string) =>
  useSnapshot('devices', (client) => client.clients.list({ localpart }), { about: [localpart] });
export const useNetwork = () => useSnapshot('network', (client) => client.network.get());
/** Asked again when the certificates are others. */
export const useTrust = () => {
  const certificate = useStatus().data?.certificate;
  const about = [certificate?.fingerprint, certificate?.authorityFingerprint];
  return useSnapshot('trust', (client) => client.trust.get(), { about });
};
export const useFederation = () => useSnapshot('federation', (client) => client.federation.get());
export const usePairs = () => useSnapshot('pairs', (client) => client.pairs.list());
export const usePins = () => useSnapshot('pins', (client) => client.federation.pins.list());
export const useCertificateRequest = () => useSnapshot('acme', (client) => client.certificate.acme.status());
export const usePortMapping = () => useSnapshot('port-mapping', (client) => client.ports.status());
export const useDomainReport = () =>
  useSnapshot('domain-report', (client) => client.domain.check(), { freshMs: DOMAIN_REPORT_MS });
/** Asks the authority, and so only when somebody wants to read them. */
export const useTermsOfService = () => useSnapshot('acme-terms', (client) => client.certificate.acme.terms());
/** What everybody is told without anybody telling it. */
export const useStandingMessage = (kind: 'motd' | 'welcome') =>
  useSnapshot('messages', (client) => client.messages[kind].get(), { about: [kind] });
export const useSettings = () => useSnapshot('settings', (client) => client.settings.list());

/** Keeps what the pages show in step with the server. Mounted once. */
export function useLiveSnapshots(): void {
  const client = useClient();
  const cache = useQueryClient();
  useEffect(() => {
    if (client === undefined) return;
    const ending = new AbortController();
    const { signal } = ending;
    const keep = <T>(key: string, open: () => Promise<AsyncIterable<T>>) =>
      followForEver(open, (value) => cache.setQueryData([key], value), signal);
    keep('status', () => client.status.follow({}, { signal }));
    keep('sessions', () => client.sessions.follow({}, { signal }));
    keep('accounts', () => client.accounts.follow({}, { signal }));
    keep('groups', () => client.groups.follow({}, { signal }));
    keep('invitations', () => client.invitations.follow({}, { signal }));
    keep('reports', () => client.reports.follow({}, { signal }));
    keep('network', () => client.network.follow({}, { signal }));
    keep('federation', () => client.federation.follow({}, { signal }));
    keep('pairs', () => client.pairs.follow({}, { signal }));
    keep('acme', () => client.certificate.acme.follow({}, { signal }));
    keep('port-mapping', () => client.ports.follow({}, { signal }));
    // What was done last shows in lists that nobody pushes.
    const refetch = (): void => {
      for (const queryKey of [['audit'], ['devices'], ['roles'], ['components'], ['messages'], ['trust'], ['pins']])
        void cache.invalidateQueries({ queryKey });
    };
    void followForEver(() => client.audit.follow({ limit: 1 }, { signal }), refetch, signal);
    // Nobody pushes these; another server, or the same one after a restart, may have others.
    for (const queryKey of [
      ['settings'],
      ['files'],
      ['file-usage'],
      ['roles'],
      ['components'],
      ['messages'],
      ['trust'],
      ['pins'],
      ['domain-report'],
    ])
      void cache.invalidateQueries({ queryKey });
    return () => ending.abort();
  }, [client, cache]);
}

/** Reads a stream until `signal`; one that ends or fails earlier is opened again. */
export async function followForEver<T>(
  open: () => Promise<AsyncIterable<T>>,
  receive: (value: T) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const value of await open()) {
        if (signal.aborted) return;
        receive(value);
      }
    } catch {
      // The line tells of its own end; whatever else it was, the next attempt shows whether it lasts.
    }
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_AGAIN_MS));
  }
}

/** A call that changes something; afterwards the snapshots of `keys` are fetched anew. */
export function useDeed<Input, Output>(
  call: (client: Client, input: Input) => Promise<Output>,
  keys: readonly string[] = [],
) {
  const client = useClient();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => (client === undefined ? Promise.reject(new OfflineError()) : call(client, input)),
    onSettled: () => Promise.all(keys.map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
}
