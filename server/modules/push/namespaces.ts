/** The namespaces of XEP-0357, of what it is made of, and of Tigase's extensions to it. */

export const NS_PUSH = 'urn:xmpp:push:0';
export const NS_PUSH_SUMMARY = 'urn:xmpp:push:summary';
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
/** Encrypted Push Notifications, as Siskin and Snikket on iOS ask for them; so are the following. */
export const NS_ENCRYPT = 'tigase:push:encrypt:0';
export const NS_ENCRYPT_AES_128_GCM = 'tigase:push:encrypt:aes-128-gcm';
export const NS_FILTER_UNKNOWN = 'tigase:push:filter:ignore-unknown:0';
export const NS_FILTER_MUTED = 'tigase:push:filter:muted:0';
export const NS_FILTER_GROUPCHAT = 'tigase:push:filter:groupchat:0';
export const NS_PRIORITY = 'tigase:push:priority:0';
export const NS_JINGLE = 'tigase:push:jingle:0';
