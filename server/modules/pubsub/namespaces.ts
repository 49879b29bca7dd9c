/** The namespaces of XEP-0060, and the names that begin with them. */

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_PUBSUB_OWNER = 'http://jabber.org/protocol/pubsub#owner';
export const NS_PUBSUB_EVENT = 'http://jabber.org/protocol/pubsub#event';
export const NS_PUBSUB_ERRORS = 'http://jabber.org/protocol/pubsub#errors';

/** FORM_TYPEs (section 16.4). */
export const NODE_CONFIG = 'http://jabber.org/protocol/pubsub#node_config';
export const PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
export const SUBSCRIBE_OPTIONS = 'http://jabber.org/protocol/pubsub#subscribe_options';
export const SUBSCRIBE_AUTHORIZATION = 'http://jabber.org/protocol/pubsub#subscribe_authorization';
export const META_DATA = 'http://jabber.org/protocol/pubsub#meta-data';

/** The command of section 8.7. */
export const GET_PENDING = 'http://jabber.org/protocol/pubsub#get-pending';

/** What the names of all fields begin with. */
export const FIELD_PREFIX = 'pubsub#';
