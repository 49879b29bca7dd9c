/** The namespaces of rooms: those of XEP-0045, and what rooms put into stanzas of others. */
export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
export const NS_MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
export const NS_MUC_OWNER = 'http://jabber.org/protocol/muc#owner';
/** FORM_TYPEs (XEP-0045 section 16.5). */
export const NS_MUC_CONFIG = 'http://jabber.org/protocol/muc#roomconfig';
export const NS_MUC_INFO = 'http://jabber.org/protocol/muc#roominfo';
export const NS_MUC_REGISTER = 'http://jabber.org/protocol/muc#register';
export const NS_MUC_REQUEST = 'http://jabber.org/protocol/muc#request';
/** XEP-0249: Direct MUC Invitations. */
export const NS_CONFERENCE = 'jabber:x:conference';
/** XEP-0359: Unique and Stable Stanza IDs. */
export const NS_STANZA_ID = 'urn:xmpp:sid:0';
/** XEP-0421: Occupant identifiers. */
export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
export const NS_REGISTER = 'jabber:iq:register';
export const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
export const NS_PING = 'urn:xmpp:ping';
export const NS_VERSION = 'jabber:iq:version';
export const NS_VCARD = 'vcard-temp';
/** XEP-0317: Hats. */
export const NS_HATS = 'urn:xmpp:hats:0';
/** XEP-0153, by which a room shows the hash of its picture. */
export const NS_VCARD_UPDATE = 'vcard-temp:x:update';
/** XEP-0463: MUC Affiliations Versioning. */
export const NS_AFFILIATION_VERSIONS = 'urn:xmpp:muc:affiliations:1';
/** XEP-0433: Extended Channel Search. */
export const NS_SEARCH = 'urn:xmpp:channel-search:0:search';
/** XEP-0050: Ad-Hoc Commands. */
export const NS_COMMANDS = 'http://jabber.org/protocol/commands';
/** XEP-0333: Displayed Markers. */
export const NS_CHAT_MARKERS = 'urn:xmpp:chat-markers:0';
/** XEP-0424: Message Retraction. */
export const NS_MESSAGE_RETRACT = 'urn:xmpp:message-retract:1';
/** XEP-0425: Moderated Message Retraction. */
export const NS_MESSAGE_MODERATE = 'urn:xmpp:message-moderate:1';
/** XEP-0308: Last Message Correction. */
export const NS_MESSAGE_CORRECT = 'urn:xmpp:message-correct:0';
/** XEP-0313: Message Archive Management. */
export const NS_MAM = 'urn:xmpp:mam:2';
