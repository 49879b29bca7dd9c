/** Writing a file so that after a power cut it is either the old one or the new one, and on disk once it is promised. */
import { chmod, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces `path`: written beside it, flushed, renamed over it, and the directory flushed.
 * @param mode permission bits, exactly (the umask takes none away)
 * @throws the file system's own error; the old file is then untouched.
 */
export async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await rm(temporary, { force: true }); // one left by a crash may have other permissions
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushDirectory(dirname(path));
}

/** Makes renames in a directory lasting. Windows cannot open a directory and writes its entries through by itself. */
export async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Takes a file or directory away from other users of the computer. Windows keeps its own, inherited permissions. */
export async function makePrivate(path: string, mode: number): Promise<void> {
  if (process.platform !== 'win32') await chmod(path, mode);
}
