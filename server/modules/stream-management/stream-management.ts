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
import { holdTogether } from '../../session/copies.ts';
import type { Stream } from '../../stream/stream.ts';
import { StreamError } from '../../stream/stream-error.ts';
import { type Element, el } from '../../xml/element.ts';
import { Acknowledging } from './acknowledging.ts';
import { Journal } from './journal.ts';
import { ManagedSessions } from './managed-sessions.ts';
import { enabled, failed, NS_SM, readEnable } from './protocol.ts';
import { restore } from './restoration.ts';
import { Resumption } from './resumption.ts';
import { MIGRATIONS } from './store.ts';
import { giveBack } from './undelivered.ts';

/** How exactly the times below are kept: one timer looks after all sessions. */
const SWEEP_MS = 5_000;

let stop: (() => Promise<void>) | undefined;
