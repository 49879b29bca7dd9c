/** What the app is called on every system, in one place: file names, menus, package managers, permissions. */

export const APP_NAME = 'Snug';
/** Name of the program file, of the package and of the desktop entry on Linux. */
export const PROGRAM_NAME = 'snug';
/** Never changes: settings, permissions, login items and the firewall are tied to it. */
export const APP_ID = 'im.snug.Snug';
/** One line, as package managers show it; without a full stop and without the name (Debian policy 3.4.1). */
export const SUMMARY = 'personal chat server for a home or an office, in the tray';
/** Paragraphs of one line each: package managers wrap them. */
export const DESCRIPTION = [
  'Snug runs a complete XMPP chat server for a home or an office. Install it, invite people with a QR code, and chat on the local network with any XMPP app: no account anywhere else, and no internet needed.',
  'With a domain of your own, everyone can talk to the whole federated XMPP network, too.',
].join('\n\n');
export const GENERIC_NAME = 'Chat Server';
/** The desktop menu specification's: a main category, then what it is among those. */
export const CATEGORIES = 'Network;InstantMessaging;Chat;';
export const KEYWORDS = 'chat;server;XMPP;Jabber;messenger;';
/** Who answers for the packages. */
export const MAINTAINER = 'The Snug authors <maintainers@snug.im>';
export const COPYRIGHT = 'The Snug authors';
