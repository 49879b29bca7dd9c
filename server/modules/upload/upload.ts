/** XEP-0363: HTTP File Upload. Shares files of any size by an address, with people here and elsewhere. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { joinJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ServiceRoute } from '../../modulehost/service-route.ts';
import { provide, UPLOADS } from '../../modulehost/services.ts';
import { iqGet } from '../../router/iq-table.ts';
import { Files } from './files.ts';
import { UPLOAD_SETTINGS } from './settings.ts';
import { NS_PURPOSE, NS_UPLOAD, PURPOSES, SLOT_MS, Slots } from './slots.ts';
import { FileStore, MIGRATIONS } from './store.ts';
import { serveTransfers } from './transfer.ts';
import type { UploadedFile } from './uploaded-file.ts';

const SUBDOMAIN = 'upload';
const DAY_MS = 86_400_000;
const SWEEP_MS = 600_000;

export const upload = defineModule({
  name: 'upload',
  summary: 'Shares files of any size by an address, with people here and elsewhere.',
  xeps: [{ xep: '0363', version: '1.2.0' }],
  config: UPLOAD_SETTINGS,
  migrations: MIGRATIONS,
  provides: [UPLOADS],

  start(host) {
    const { accounts, clock, config, folder, log, reader, router, writer } = host;
    const domain = `${SUBDOMAIN}.${host.domain}`;
    const now = () => clock.now();
    const files = new Files({ folder, store: new FileStore(reader, writer), now, log });
    const slots = new Slots(host, files, () => freeBytes(folder));
    const opened = files.open().then(sweep);
    opened.catch((error) => log.error({ err: error, folder }, 'shared files cannot be kept'));

    function isOver({ account, uploadedAtMs, requestedAtMs, purpose, expiresAtMs, id }: UploadedFile): boolean {
      if (!accounts.has(account)) return true;
      if (uploadedAtMs === undefined) return now() - requestedAtMs >= SLOT_MS && !files.isReceiving(id);
      if (expiresAtMs !== undefined && now() >= expiresAtMs) return true;
      const isForGood = purpose === 'profile' || purpose === 'permanent';
      return !isForGood && config.retentionDays > 0 && now() - uploadedAtMs > config.retentionDays * DAY_MS;
    }

    function sweep(): Promise<void> {
      return remove([...files.all].filter(isOver));
    }

    function remove(gone: readonly UploadedFile[]): Promise<void> {
      return files.remove(gone).catch((error) => log.error({ err: error }, 'shared files could not be removed'));
    }

    const timer = clock.every(SWEEP_MS, () => void sweep());

    return {
      routes: [
        {
          domain,
          name: 'Files',
          route: new ServiceRoute({
            router,
            log,
            info: () => ({
              identities: [{ category: 'store', type: 'file', name: 'Files' }],
              features: [NS_UPLOAD, ...PURPOSES.map((purpose) => `${NS_PURPOSE}#${purpose}`)],
              forms: [
                {
                  type: 'result',
                  formType: NS_UPLOAD,
                  fields: [{ name: 'max-file-size', values: [String(config.maxFileBytes)] }],
                },
              ],
            }),
            requests: [iqGet([NS_UPLOAD, 'request'], ['server'], (request) => slots.request(request))],
          }),
        },
      ],
      http: (server) => serveTransfers(server, files, now),
      account: {
        removed: ({ localpart }) => void remove([...files.all].filter(({ account }) => account === localpart)),
      },
      provides: [
        provide(UPLOADS, {
          address: joinJid('', domain),
          files: () => [...files.all].filter(({ uploadedAtMs }) => uploadedAtMs !== undefined),
          totalBytes: () => files.totalBytes,
          async remove(id) {
            const file = files.find(id);
            if (file === undefined) return false;
            await files.remove([file]);
            return true;
          },
        }),
      ],
      async stop() {
        timer.cancel();
        await opened.catch(() => undefined); // told above
      },
    };
  },
});

/** What the disk has left; when it does not tell, it is not asked. */
function freeBytes(folder: string): number {
  try {
    // The folder itself is made with the first file.
    const { bavail, bsize } = statfsSync(dirname(folder));
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
