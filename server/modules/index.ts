/**
 * The modules: the list of features. Whoever provides a service stands before those who need it, and within a stage
 * modules come in this order.
 */
import type { Module } from '../modulehost/module.ts';
import { adhoc } from './adhoc/adhoc.ts';
import { adminCommands } from './admin-commands/admin-commands.ts';
import { announcements } from './announcements/announcements.ts';
import { archive } from './archive/archive.ts';
import { avatars } from './avatars/avatars.ts';
import { blockLists } from './block-lists/block-lists.ts';
import { blocking } from './blocking/blocking.ts';
import { bookmarks } from './bookmarks/bookmarks.ts';
import { caps } from './caps.ts';
import { carbons } from './carbons.ts';
import { clientAccess } from './client-access/client-access.ts';
import { clientState } from './client-state/client-state.ts';
import { components } from './components/components.ts';
import { contact } from './contact.ts';
import { delegation } from './delegation/delegation.ts';
import { directory } from './directory/directory.ts';
import { disco } from './disco.ts';
import { displayed } from './displayed.ts';
import { externalServices } from './external-services/external-services.ts';
import { fast } from './fast/fast.ts';
import { groups } from './groups/groups.ts';
import { guests } from './guests/guests.ts';
import { invitations } from './invitations/invitations.ts';
import { lastActivity } from './last-activity/last-activity.ts';
import { legacySession } from './legacy-session.ts';
import { moved } from './moved.ts';
import { multicast } from './multicast/multicast.ts';
import { offline } from './offline/offline.ts';
import { ping } from './ping.ts';
import { privateXml } from './private-xml/private-xml.ts';
import { privileges } from './privileges/privileges.ts';
import { proxy } from './proxy/proxy.ts';
import { pep } from './pubsub/pep.ts';
import { pubsub } from './pubsub/pubsub.ts';
import { push } from './push/push.ts';
import { registration } from './registration.ts';
import { reports } from './reports/reports.ts';
import { rooms } from './rooms/rooms.ts';
import { roster } from './roster/roster.ts';
import { serverInfo } from './server-info.ts';
import { streamManagement } from './stream-management/stream-management.ts';
import { time } from './time.ts';
import { upload } from './upload/upload.ts';
import { vcard } from './vcard/vcard.ts';
import { vcard4 } from './vcard4/vcard4.ts';
import { version } from './version.ts';
import { webChat } from './web-chat/web-chat.ts';

export const modules: readonly Module[] = [
  streamManagement, // first, so that it stops last and keeps what the others leave behind
  guests,
  fast,
  clientAccess,
  clientState,
  vcard,
  roster,
  blockLists,
  blocking,
  moved, // behind those who turn away whom nobody wants
  disco, // before those whose identities stand behind that of an account
  pubsub,
  pep,
  archive, // before those who send copies, which carry its ids
  push,
  rooms,
  carbons,
  offline,
  caps,
  ping,
  version,
  time,
  lastActivity,
  privateXml,
  bookmarks,
  avatars,
  vcard4,
  displayed,
  groups,
  registration,
  invitations,
  upload,
  webChat,
  proxy,
  multicast,
  reports,
  directory,
  externalServices,
  contact,
  serverInfo,
  announcements,
  adhoc,
  adminCommands,
  legacySession,
  components, // behind all that have an address of their own, which no component can take
  privileges,
  delegation,
];
