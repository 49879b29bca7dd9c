/**
 * XEP-0198: Stream Management. Nothing is lost when a connection breaks, and a device goes on where it was.
 *
 * An `<a/>` is sent only when what it stands for is on disk (see journal.ts), therefore sessions and what is on its way
 * to them outlive the server as well: they can be resumed after a restart, and after a crash.
 */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { provide, STREAM_MANAGEMENT } from '../../modulehost/services.ts';
import { enabled, failed, NS_SM, readEnable } from '../../router/management-elements.ts';
import { holdTogether } from '../../session/copies.ts';
import type { Session } from '../../session/session.ts';
import type { Stream } from '../../stream/stream.ts';
import { StreamError } from '../../stream/stream-error.ts';
import { type Element, el } from '../../xml/element.ts';
import { Acknowledging } from './acknowledging.ts';
import { Journal } from './journal.ts';
import { ManagedSessions } from './managed-sessions.ts';
import { restore } from './restoration.ts';
import { Resumption } from './resumption.ts';
import { MIGRATIONS } from './store.ts';
import { giveBack } from './undelivered.ts';

/** How exactly the times below are kept: one timer looks after all sessions. */
const SWEEP_MS = 5_000;

export const streamManagement = defineModule({
  name: 'stream-management',
  summary: 'Nothing is lost when a connection breaks, and a device goes on where it was.',
  xeps: [
    { xep: '0198', version: '1.6.3' },
    { xep: '0203', version: '2.0' },
  ],
  migrations: MIGRATIONS,
  provides: [STREAM_MANAGEMENT],
  config: {
    resumeSeconds: setting(
      z.int().min(0).max(86_400),
      // Through a tunnel and a change of networks; longer, and others see somebody online who is not.
      600,
      'How long a device whose connection broke counts as online and can go on where it was, in seconds. 0: not at all.',
    ),
    ackTimeoutSeconds: setting(
      z.int().min(5).max(3_600),
      60,
      'How long a device may take to confirm what it was sent before its connection counts as broken, in seconds.',
    ),
    idleProbeSeconds: setting(
      z.int().min(30).max(86_400),
      300,
      'After how much silence a device is asked whether it is still there, in seconds.',
    ),
  },

  start(host) {
    const { clock, config, lifecycle, log } = host;
    const journal = new Journal(host.writer, host.randomId);
    const sessions = new ManagedSessions(host, journal);
    const acknowledging = new Acknowledging(host, sessions, journal);
    const resumption = new Resumption({ host, sessions, journal });

    /** Section 3. */
    function enable(session: Session | undefined, request: Element): Element {
      if (session === undefined || sessions.bySession(session) !== undefined) return failed('unexpected-request');
      const { isResumeWanted, maxSeconds = config.resumeSeconds } = readEnable(request);
      const resumeSeconds = isResumeWanted ? Math.min(maxSeconds, config.resumeSeconds) : 0;
      const managed = sessions.enable(session, resumeSeconds * 1_000);
      if (!managed.isResumable) return enabled();
      journal.touch(managed);
      journal.save()?.catch(() => undefined); // nothing is promised by it; the store has said why
      return enabled(managed.id, resumeSeconds);
    }

    function receive(stream: Stream, element: Element): void | Promise<void> {
      // XEP-0286 section 3.2: whoever sends has its radio on.
      sessions.sessionOf(stream)?.outbox.release();
      switch (element.name) {
        case 'enable':
          return stream.send(enable(sessions.sessionOf(stream), element));
        case 'resume':
          return resumption.resume(stream, element, (answer) => stream.send(answer));
        case 'r':
        case 'a': {
          const managed = sessions.byStream(stream);
          if (managed === undefined) return stream.send(failed('unexpected-request'));
          return element.name === 'r'
            ? acknowledging.asked(managed, stream)
            : acknowledging.answered(managed, stream, element);
        }
        default:
          return stream.close(
            new StreamError('unsupported-stanza-type', `<${element.name}/> is not part of stream management.`),
          );
      }
    }

    function sweep(): void {
      const patience = { idleProbeMs: config.idleProbeSeconds * 1_000, ackTimeoutMs: config.ackTimeoutSeconds * 1_000 };
      for (const managed of [...sessions.all()]) {
        if (managed.lostAtMs === undefined) acknowledging.probe(managed, patience);
        else if (clock.elapsedMs() - managed.lostAtMs >= managed.resumeMs) lifecycle.end(managed.session);
      }
      journal.trim();
    }

    function ended(session: Session): void {
      const managed = sessions.ended(session);
      if (managed === undefined) return;
      for (const stanza of managed.unacked.stanzas) {
        try {
          giveBack(host, session, stanza);
        } catch (error) {
          log.error({ err: error, jid: session.jid.full }, 'a stanza was lost by a fault of the server');
        }
      }
      // In one write with what just went into the queues of others, so that each message is in one of them at any time.
      journal.remove(managed);
      journal.save()?.catch(() => undefined); // the store has said why
    }

    restore({ host, sessions, journal });
    const timer = clock.every(SWEEP_MS, sweep);

    return {
      streamFeatures: [
        {
          name: 'stream-management',
          xmlns: NS_SM,
          // COMPAT(xmpp.js): after XEP-0386 it would enable once more what is offered once more.
          offer: (stream) =>
            stream.account === undefined || sessions.byStream(stream) !== undefined ? [] : [el('sm', NS_SM)],
          receive,
        },
      ],
      sasl2: [
        {
          name: 'stream-management',
          offer: () => [el('sm', NS_SM)],
          resume({ stream, element }, reply) {
            const request = element.child('resume', NS_SM);
            return request && resumption.resume(stream, request, reply);
          },
        },
      ],
      bind2: [
        {
          name: NS_SM,
          bound(session, bind) {
            const request = bind.child('enable', NS_SM);
            return request && enable(session, request);
          },
        },
      ],
      message: {
        inbound: {
          copy(message, _account, recipients) {
            if (recipients.length > 1) holdTogether(message.element, recipients);
          },
        },
      },
      session: {
        bound: (session) => sessions.carried(session),
        streamLost: (session, ending) => sessions.streamLost(session, ending),
        ended,
        beforeFlush: (session) => acknowledging.beforeFlush(session),
      },
      provides: [
        provide(STREAM_MANAGEMENT, {
          get idleSeconds() {
            return config.idleProbeSeconds;
          },
        }),
      ],
      async stop() {
        timer.cancel();
        for (const managed of sessions.all()) journal.touch(managed);
        await journal.save('everything')?.catch(() => undefined); // the store has said why
      },
    };
  },
});
