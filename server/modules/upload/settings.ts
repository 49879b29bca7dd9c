/** What may be uploaded, and how long it is kept. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const bytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const UPLOAD_SETTINGS = {
  maxFileBytes: setting(
    bytes,
    // A video of an evening. On a LAN it goes over in a minute.
    4 * GIB,
    'The largest file that may be shared, in bytes.',
  ),
  maxBytesPerAccount: setting(bytes, 20 * GIB, 'The most that one person’s shared files may take, in bytes.'),
  maxFilesPerAccount: setting(
    z.int().min(0).max(1_000_000),
    // Fifty a day for a year; what is known of each is in memory.
    20_000,
    'The most files that one person may have shared at a time.',
  ),
  maxBytes: setting(bytes, 100 * GIB, 'The most that all shared files may take, in bytes.'),
  minFreeBytes: setting(bytes, GIB, 'How much of the disk shared files must leave free, in bytes: messages need it.'),
  maxProfileBytes: setting(
    bytes,
    4 * MIB,
    'The largest picture for a profile, in bytes. Such files are kept for good.',
  ),
  retentionDays: setting(z.int().min(0).max(36_500), 365, 'After how many days a shared file is removed. 0: never.'),
};
