/** XEP-0133 section 4.5: ending sessions. */
import { DeedError } from '../../administration/deed-error.ts';
import { parseJid } from '../../jid/jid.ts';
import type { Command } from '../../modulehost/commands.ts';
import type { Host } from '../../modulehost/module.ts';
import { ACCOUNT_JIDS, accountOf, all, counted, done, formCommand } from './form-command.ts';

/** A bare JID stands for all sessions of its account, a full JID for one. */
export function endUserSession(host: Host): Command {
  function sessionsOf(text: string): readonly string[] {
    const jid = parseJid(text);
    if (jid === undefined || jid.resource === '') {
      return [...host.sessions.of(accountOf(host, text).local).values()].map((session) => session.jid.full);
    }
    const isThere = jid.domain === host.domain && host.sessions.get(jid.local, jid.resource) !== undefined;
    if (!isThere) throw new DeedError('not-found', `${jid.full} is not connected.`);
    return [jid.full];
  }

  return formCommand(host, {
    name: 'end-user-session',
    label: 'End User Session',
    deed: 'sessions.end',
    title: 'Ending a User Session',
    instructions: "Fill out this form to end a user's session.",
    fields: [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) for which to end sessions' }],
    async submitted(values, perform, by) {
      const ending = new Set(all(values, 'accountjids').flatMap(sessionsOf));
      const end = (jid: string) => perform('sessions.end', { jid, condition: 'policy-violation' });
      for (const jid of ending) if (jid !== by.full) await end(jid);
      // One's own once the answer is on its way.
      if (ending.has(by.full))
        setImmediate(() => void end(by.full).catch((error) => host.log.debug({ err: error }, 'own session not ended')));
      return done(`${counted(ending.size, 'session has', 'sessions have')} been ended.`);
    },
  });
}
