/** XEP-0377: Blocking Command Reports. Lets a person who blocks somebody tell the administrators why. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { type Jid, joinJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ARCHIVE, BLOCKING, provide, REPORTS, type ReportsService } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';
import type { KeptReport } from './kept-report.ts';
import { noticeOf } from './notice.ts';
import { NS_REPORTING, readReport } from './reported.ts';
import { MIGRATIONS, ReportStore } from './store.ts';

const ID_BYTES = 8;
const DAY_MS = 86_400_000;

export const reports = defineModule({
  name: 'reports',
  summary: 'Lets a person who blocks somebody tell the administrators why.',
  xeps: [{ xep: '0377', version: '0.4.1' }],
  features: [NS_REPORTING],
  needs: [BLOCKING, ARCHIVE],
  provides: [REPORTS],
  migrations: MIGRATIONS,
  config: {
    notice: setting(
      z.enum(['online', 'always', 'off']),
      'online',
      'How administrators hear of a new report: by a notice to those who are online, by a message that also waits for ' +
        'those who are away, or in the window alone.',
    ),
    maxReports: setting(
      z.int().min(1).max(100_000),
      1_000,
      'How many reports are kept. Those that have been dealt with go first, then the oldest.',
    ),
    maxPerDay: setting(
      z.int().min(1).max(10_000),
      // Somebody who clears up after a wave of spam; beyond it, the reports are the nuisance.
      50,
      'How many reports a person may make in a day. Further ones block and tell nobody.',
    ),
  },

  start(host) {
    const { accounts, clock, config, domain, log, randomId, router } = host;
    const archive = host.use(ARCHIVE);
    const store = new ReportStore(host.reader, host.writer);
    const listeners = new Set<() => void>();
    const days = new Map<string, { readonly beganAtMs: number; reports: number }>();

    /** Whatever becomes of the report, the address is blocked (section 6), so that nothing here refuses anything. */
    function blocked(account: string, reported: Jid, item: Element): Promise<void> | undefined {
      const reporter = joinJid(account, domain);
      // A guest's word costs nothing, and is gone when somebody asks back.
      if (accounts.get(account)?.isGuest !== false) return undefined;
      const content = readReport(item, reporter, reported, archive);
      if (content === undefined) return undefined;
      if (isTooMany(account)) return undefined;
      return keep({
        ...content,
        id: randomId(ID_BYTES),
        atMs: clock.now(),
        reporter: reporter.bare,
        reported: reported.full,
        isResolved: false,
      });
    }

    async function keep(report: KeptReport): Promise<void> {
      try {
        await store.add(report, config.maxReports);
      } catch (error) {
        log.error({ err: error }, 'a report could not be kept'); // the block is in force, and that is what was asked for
        return;
      }
      log.info({ reporter: report.reporter, reported: report.reported, reason: report.reason }, 'reported');
      changed();
      tellAdministrators(report);
    }

    function isTooMany(account: string): boolean {
      const now = clock.elapsedMs();
      const known = days.get(account);
      const day = known === undefined || now - known.beganAtMs >= DAY_MS ? { beganAtMs: now, reports: 0 } : known;
      days.set(account, day);
      day.reports++;
      if (day.reports === config.maxPerDay + 1) log.warn({ account }, 'a person reports too much');
      return day.reports > config.maxPerDay;
    }

    function tellAdministrators(report: KeptReport): void {
      if (config.notice === 'off') return;
      for (const { localpart, isEnabled } of accounts.list()) {
        const to = joinJid(localpart, domain);
        const isConcerned = report.reported === to.bare || report.reported.startsWith(`${to.bare}/`);
        // SECURITY: who is reported does not learn by whom, not by us.
        if (!isEnabled || host.roleOf(to) !== 'admin' || isConcerned) continue;
        router.send(
          noticeOf(report, { from: domain, to: to.bare }, config.notice === 'online' ? 'headline' : 'normal'),
        );
      }
    }

    function changed(): void {
      for (const listener of listeners) listener();
    }

    const service: ReportsService = {
      list: () => store.list(),
      async resolve(id) {
        if (!store.isOpen(id)) return false;
        await store.resolve(id, clock.now());
        changed();
        return true;
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };

    return {
      provides: [provide(REPORTS, service)],
      account: {
        // The name may be somebody else's tomorrow.
        removed: ({ localpart }) => {
          days.delete(localpart);
          store.removeOf(`${localpart}@${domain}`).then(changed, (error) => {
            log.error({ err: error }, 'reports of a removed account could not be removed');
          });
        },
      },
      stop: host.use(BLOCKING).onBlocked(blocked),
    };
  },
});
