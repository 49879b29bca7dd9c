/** How people come in who have no account yet: what modules, deeds and listeners may ask of each other about that. */
import type { FollowedInvitation, InvitationWish, IssuedInvitation } from '../administration/invitation.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Stream } from '../stream/stream.ts';
import type { ServiceToken } from './services.ts';
import type { WebRoutes } from './web.ts';

/** XEP-0077, for those who let people register that may not do so otherwise. */
export interface RegistrationService {
  /** From now on `usher` is asked about whoever registers; the function takes it back. */
  attend(usher: Usher): () => void;
}

export interface Usher {
  /** True while there is somebody who may come: registration is then offered, open or not. */
  isExpecting(): boolean;
  /** What lets the owner of this stream in; undefined when nothing does. */
  admissionOf(stream: Stream): Admission | undefined;
  /** True for a name that nobody may take without an admission for it. */
  isReserved(localpart: string): boolean;
}

export interface Admission {
  /** The only name that may be taken; undefined when any may. */
  readonly localpart: string | undefined;
  /** Makes the account; what it returns is told to who asked. The name is prepared. */
  register(localpart: string, password: string): Promise<StanzaError | undefined>;
}

export const REGISTRATION: ServiceToken<RegistrationService> = { name: 'registration' };

/** Deeds resolve when they are on disk, and reject with a `DeedError` when they are refused. */
export interface InvitationsService {
  /** The newest first, those that cannot be used any more included for a while. */
  list(): readonly FollowedInvitation[];
  create(wish: InvitationWish): Promise<IssuedInvitation>;
  revoke(id: string): Promise<void>;
  /** Called after each change; the function takes the listener back. */
  onChange(listener: () => void): () => void;
}

/** What people must know to trust and to find the server. */
export interface TrustFacts {
  /** The installation's own; undefined where the certificate comes from one that devices trust already. */
  readonly authority:
    | {
        readonly pem: string;
        readonly fingerprint: string;
        /** Six, that stand for the fingerprint. */
        readonly words: string;
        readonly name: string;
      }
    | undefined;
  /** Of the server's certificate: SHA-256, as `AA:BB:…`. */
  readonly fingerprint: string;
  /** The same with SHA-1, which is all that some clients show; undefined where none of them will ask. */
  readonly fingerprintSha1?: string | undefined;
  readonly addresses: readonly string[];
  /** Those of the addresses that its certificate names: pages can be opened by them over HTTPS. */
  readonly pageAddresses?: readonly string[];
  /** For clients that start TLS within the stream; null while it is shut. */
  readonly port: number | null;
}

/** Join and trust pages, for whoever opens the port of plain HTTP. */
export interface JoinPagesService {
  routes(trust: () => TrustFacts): WebRoutes;
}

export const JOIN_PAGES: ServiceToken<JoinPagesService> = { name: 'join-pages' };

export const INVITATIONS: ServiceToken<InvitationsService> = { name: 'invitations' };
