/**
 * The modules: the list of features. Whoever provides a service stands before those who need it, and within a stage
 * modules come in this order.
 */
import type { Module } from '../modulehost/module.ts';
import { adhoc } from './adhoc/adhoc.ts';
import { adminCommands } from './admin-commands.ts';
import { blocking } from './blocking/blocking.ts';
import { caps } from './caps.ts';
import { carbons } from './carbons.ts';
import { disco } from './disco.ts';
import { lastActivity } from './last-activity/last-activity.ts';
import { legacySession } from './legacy-session.ts';
import { offline } from './offline/offline.ts';
import { ping } from './ping.ts';
import { privateXml } from './private-xml/private-xml.ts';
import { registration } from './registration.ts';
import { rooms } from './rooms/rooms.ts';
import { roster } from './roster/roster.ts';
import { streamManagement } from './stream-management/stream-management.ts';
import { time } from './time.ts';
import { vcard } from './vcard/vcard.ts';
import { version } from './version.ts';

export const modules: readonly Module[] = [
  streamManagement, // first, so that it stops last and keeps what the others leave behind
  vcard,
  roster,
  blocking,
  rooms,
  carbons,
  offline,
  disco,
  caps,
  ping,
  version,
  time,
  lastActivity,
  privateXml,
  registration,
  adhoc,
  adminCommands,
  legacySession,
];
