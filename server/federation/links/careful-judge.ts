/** Judging certificates that anybody may have written. */
import type { Logger } from '../../log/log.ts';
import type { Judge } from '../trust/judge.ts';

/** SECURITY: a flaw in reading certificates, which somebody may find, is no reason to end the server. */
export function carefulJudge(judge: Judge, log: Logger): Judge {
  return (certificate, domain, tlsa) => {
    try {
      return judge(certificate, domain, tlsa);
    } catch (error) {
      log.error({ err: error, domain }, 'a certificate could not be judged');
      return { trusted: false, reason: `The certificate of ${domain} could not be judged.` };
    }
  };
}
