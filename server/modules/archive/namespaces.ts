/** The namespaces that the archive reads or writes in more than one place. */

export const NS_MAM = 'urn:xmpp:mam:2';
export const NS_SID = 'urn:xmpp:sid:0';
export const NS_RETRACT = 'urn:xmpp:message-retract:1';
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
