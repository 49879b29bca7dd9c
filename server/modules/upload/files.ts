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
import type { FileStore } from './store.ts';
import type { UploadedFile } from './uploaded-file.ts';

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

/**
 * `done`; the body was not as long as announced; somebody is uploading to this address, or has; it broke off; the disk
 * did not take it.
 */
export type Received = 'done' | 'wrong-size' | 'taken' | 'broken-off' | 'not-stored';

/** What an account's files come to, those announced included. */
interface Usage {
  readonly bytes: number;
  readonly files: number;
}

const NO_USAGE: Usage = { bytes: 0, files: 0 };

export class Files {
  readonly #options: FilesOptions;
  readonly #files = new Map<string, UploadedFile>();
  readonly #usage = new Map<string, Usage>();
  readonly #receiving = new Set<string>();
  #opened: Promise<void> | undefined;
  #total = 0;
  #awaited = 0;

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

  /** Bytes that the disk still has to take for what is announced; what has come of a file counts until all has. */
  get awaitedBytes(): number {
    return this.#awaited;
  }

  usageOf(account: string): Usage {
    return this.#usage.get(account) ?? NO_USAGE;
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
    const { store, now, log } = this.#options;
    if (this.#receiving.has(file.id) || this.#files.get(file.id)?.uploadedAtMs !== undefined) return 'taken';
    this.#receiving.add(file.id);
    const part = `${this.pathOf(file.id)}${PART}`;
    try {
      await this.open();
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
      const sink = createWriteStream(part, { flags: 'w', mode: 0o600, flush: true, highWaterMark: CHUNK_BYTES });
      await pipeline(this.#whileWanted(file, body), sink);
      // It may have been removed meanwhile, with its account or by an administrator.
      if (!this.#files.has(file.id)) return 'broken-off';
      await rename(part, this.pathOf(file.id));
      await syncFolder(this.#options.folder);
      const uploadedAtMs = now();
      await store.uploaded(file.id, uploadedAtMs);
      if (!this.#files.has(file.id)) return 'broken-off';
      this.#files.set(file.id, { ...file, uploadedAtMs });
      this.#awaited -= file.size;
      return 'done';
    } catch (error) {
      if (error instanceof WrongSize) return 'wrong-size';
      if (body.errored || body.destroyed) return 'broken-off';
      log.error({ err: error, bytes: file.size }, 'a shared file could not be stored');
      return 'not-stored';
    } finally {
      this.#receiving.delete(file.id);
      await rm(part, { force: true });
      if (!this.#files.has(file.id)) await rm(this.pathOf(file.id), { force: true });
    }
  }

  /** An account that is removed, or an administrator, ends what is still coming: the disk has better uses. */
  async *#whileWanted({ id, size }: UploadedFile, body: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of exactly(body, size)) {
      if (!this.#files.has(id)) return;
      yield chunk;
    }
  }

  /** Resolves when they are gone from the disk. */
  async remove(files: readonly UploadedFile[]): Promise<void> {
    const known = files.flatMap(({ id }) => this.#take(id) ?? []);
    if (known.length === 0) return;
    await this.#options.store.remove(known.map(({ id }) => id));
    for (const { id } of known) await rm(this.pathOf(id), { force: true });
  }

  #enter(file: UploadedFile): void {
    this.#files.set(file.id, file);
    this.#count(file, 1);
  }

  /** As it is now: whoever asks may have looked at it before its upload. */
  #take(id: string): UploadedFile | undefined {
    const file = this.#files.get(id);
    if (file === undefined) return undefined;
    this.#files.delete(id);
    this.#count(file, -1);
    return file;
  }

  #count({ account, size, uploadedAtMs }: UploadedFile, sign: 1 | -1): void {
    const { bytes, files } = this.usageOf(account);
    this.#total += sign * size;
    if (uploadedAtMs === undefined) this.#awaited += sign * size;
    if (files + sign > 0) this.#usage.set(account, { bytes: bytes + sign * size, files: files + sign });
    else this.#usage.delete(account);
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
