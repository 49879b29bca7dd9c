/**
 * The shared files: who has how many, what they hold, and how they come and go. What is known of them is in memory and
 * written through; their content is on disk, never in memory.
 */
import { createWriteStream, existsSync, type PathLike } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../../log/log.ts';
import { exactly, WrongSize } from './exact-size.ts';
import type { UploadedFile } from './uploaded-file.ts';
import type { FileStore } from './store.ts';

/** While a file comes in. */
const PART = '.part';
/** Larger than Node's own, so that a fast line is not slowed down by the number of calls. */
const CHUNK_BYTES = 256 * 1024;

export interface FilesOptions {
  readonly folder: string;
  readonly store: FileStore;
  readonly now: () => number;
  readonly log: Logger;
}

/** `done`; the body was not as long as announced; somebody is uploading to this address, or has; it broke off. */
export type Received = 'done' | 'wrong-size' | 'taken' | 'broken-off';

export class Files {
  readonly #options: FilesOptions;
  readonly #files = new Map<string, UploadedFile>();
  readonly #bytes = new Map<string, number>();
  readonly #receiving = new Set<string>();
  #opened: Promise<void> | undefined;
  #total = 0;

  constructor(options: FilesOptions) {
    this.#options = options;
    for (const file of options.store.all()) this.#enter(file);
  }

  get all(): Iterable<UploadedFile> {
    return this.#files.values();
  }

  /** Bytes of all files, those announced included. */
  get totalBytes(): number {
    return this.#total;
  }

  bytesOf(account: string): number {
    return this.#bytes.get(account) ?? 0;
  }

  find(id: string): UploadedFile | undefined {
    return this.#files.get(id);
  }

  pathOf(id: string): string {
    return join(this.#options.folder, id);
  }

  isReceiving(id: string): boolean {
    return this.#receiving.has(id);
  }

  /** Takes away what a crash has left behind. */
  open(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<void> {
    const { folder } = this.#options;
    if (!existsSync(folder)) return;
    for (const name of await readdir(folder)) {
      if (this.#files.get(name)?.uploadedAtMs === undefined) await rm(join(folder, name), { force: true });
    }
  }

  /** Resolves when the announcement is on disk; it counts at once. */
  announce(file: UploadedFile): Promise<void> {
    this.#enter(file);
    return this.#options.store.add(file);
  }

  /** Takes the content from `body`; resolves with `done` when it is on disk. */
  async receive(file: UploadedFile, body: Readable): Promise<Received> {
    const { store, now } = this.#options;
    if (this.#receiving.has(file.id) || this.#files.get(file.id)?.uploadedAtMs !== undefined) return 'taken';
    this.#receiving.add(file.id);
    const part = `${this.pathOf(file.id)}${PART}`;
    try {
      await this.open();
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
      const sink = createWriteStream(part, { flags: 'w', mode: 0o600, flush: true, highWaterMark: CHUNK_BYTES });
      await pipeline(exactly(body, file.size), sink);
      // It may have been removed meanwhile, with its account or by an administrator.
      if (!this.#files.has(file.id)) return 'broken-off';
      await rename(part, this.pathOf(file.id));
      await syncFolder(this.#options.folder);
      const uploadedAtMs = now();
      await store.uploaded(file.id, uploadedAtMs);
      if (!this.#files.has(file.id)) return 'broken-off';
      this.#files.set(file.id, { ...file, uploadedAtMs });
      return 'done';
    } catch (error) {
      if (error instanceof WrongSize) return 'wrong-size';
      if (body.errored || body.destroyed) return 'broken-off';
      throw error;
    } finally {
      this.#receiving.delete(file.id);
      await rm(part, { force: true });
      if (!this.#files.has(file.id)) await rm(this.pathOf(file.id), { force: true });
    }
  }

  /** Resolves when they are gone from the disk. */
  async remove(files: readonly UploadedFile[]): Promise<void> {
    const known = files.filter(({ id }) => this.#files.delete(id));
    if (known.length === 0) return;
    for (const { account, size } of known) {
      this.#total -= size;
      const left = this.bytesOf(account) - size;
      if (left > 0) this.#bytes.set(account, left);
      else this.#bytes.delete(account);
    }
    await this.#options.store.remove(known.map(({ id }) => id));
    for (const { id } of known) await rm(this.pathOf(id), { force: true });
  }

  #enter(file: UploadedFile): void {
    this.#files.set(file.id, file);
    this.#bytes.set(file.account, this.bytesOf(file.account) + file.size);
    this.#total += file.size;
  }
}

/** A new name is on disk only with its directory. Where directories cannot be opened (Windows), names are safe as they are. */
async function syncFolder(folder: PathLike): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
