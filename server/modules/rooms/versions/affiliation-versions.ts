/** XEP-0463: MUC Affiliations Versioning. The last changes of a room's affiliations, each under a version of its own. */
import type { Affiliation } from '../privileges.ts';

/** Changes of one room that are remembered: whoever has missed more gets the whole list. */
const MAX_CHANGES = 200;

export interface VersionChange {
  /** Opaque, never the same twice. */
  readonly version: string;
  /** Counts the changes of a room, also those forgotten. */
  readonly position: number;
  /** A bare JID, or a domain. */
  readonly jid: string;
  /** What the JID had before; what it has now stands in the list. */
  readonly before: Affiliation;
}

/** From which version to which a change leads. */
export interface VersionStep {
  readonly since: string;
  readonly until: string;
}

export class AffiliationVersions {
  /** The version of the list before the earliest change that is remembered. */
  #base: string;
  readonly #changes: VersionChange[] = [];

  constructor(base: string) {
    this.#base = base;
  }

  get current(): string {
    return this.#changes.at(-1)?.version ?? this.#base;
  }

  get changes(): readonly VersionChange[] {
    return this.#changes;
  }

  /** Takes up what was kept, the earliest first; what came before the first change is not known any more. */
  load(changes: readonly VersionChange[]): void {
    for (const change of changes) this.#add(change);
  }

  record(version: string, jid: string, before: Affiliation): VersionChange {
    const position = (this.#changes.at(-1)?.position ?? 0) + 1;
    const change = { version, position, jid, before };
    this.#add(change);
    return change;
  }

  /** What each JID that changed since `version` had then; undefined for a version that is not known. */
  since(version: string): ReadonlyMap<string, Affiliation> | undefined {
    const start = version === this.#base ? 0 : this.#changes.findIndex((change) => change.version === version) + 1;
    if (start === 0 && version !== this.#base) return undefined;
    const before = new Map<string, Affiliation>();
    for (const change of this.#changes.slice(start)) {
      if (!before.has(change.jid)) before.set(change.jid, change.before);
    }
    return before;
  }

  #add(change: VersionChange): void {
    this.#changes.push(change);
    const forgotten = this.#changes.length > MAX_CHANGES ? this.#changes.shift() : undefined;
    if (forgotten !== undefined) this.#base = forgotten.version;
  }
}
