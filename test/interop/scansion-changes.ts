/** What Prosody's scripts want beyond the specifications, script by script, each with the reason for not giving it. */

/** What a script says, and what it is to say instead. */
export interface Change {
  readonly from: RegExp;
  readonly to: string;
  readonly because: string;
}

const NOT_ALLOWED: readonly Change[] = [
  {
    from: /<error type='auth'>\s*<registration-required /g,
    to: "<error type='cancel'><not-allowed ",
    because: 'XEP-0045 section 7.10: a room that somebody must not register with answers not-allowed',
  },
];
const ANY_VERSION: readonly Change[] = [
  {
    from: /(<query )ver='\d+'/g,
    to: "$1ver='{scansion:any}'",
    because: 'RFC 6121 section 2.1.1: what a version of a roster looks like is up to the server',
  },
];
const ASKED_ONCE: readonly Change[] = [
  {
    from: /Juliet receives:\s*<iq type='get' id='disco'[\s\S]*?<\/iq>\s*/,
    to: '',
    because: 'XEP-0115 section 8.2: what a hash stands for is asked of one client, not of all that have it',
  },
  {
    from: /Romeo receives:\s*<iq type='get' id='disco' from='pep-test-(?:tqvqu_pv|5k90xvps)@localhost'>.*<\/iq>\s*/g,
    to: '',
    because: 'his own account has asked; what he answers holds for his contacts as well',
  },
  {
    from: /Romeo sends:\s*<iq type='result' id='disco' to='pep-test-(?:tqvqu_pv|5k90xvps)@localhost'><query [^>]*IfQw[\s\S]*?(?=Juliet disconnects)/,
    to: '',
    because: 'with his second answer he would be notified a second time',
  },
];
const OWN_FORM: readonly Change[] = [
  {
    from: /<validate [\s\S]*?<\/validate>/g,
    to: '',
    because: 'XEP-0060 leaves XEP-0122 to the service, and how many items a node may keep as well',
  },
];

const OWN_DEFAULTS: readonly Change[] = [
  {
    from: /<field [^>]*pubsub#(?:send_last_published_item|itemreply)[\s\S]*?<\/field>/g,
    to: '',
    because: 'XEP-0060 section 16.4.4 leaves to the service how a new node is configured',
  },
];

/** What Prosody has and others need not have, and what all scripts must say in its place. */
export const OTHER_WORDS: readonly Change[] = [
  { from: /conference\.localhost/g, to: 'rooms.localhost', because: 'a service may have any name' },
  { from: /Prosody/g, to: 'Snug', because: 'XEP-0092: the name of the software' },
  { from: /admin@localhost/g, to: 'keeper@localhost', because: 'the first start makes an account called admin' },
];

/** What single scripts want beyond the specification, and what they say instead. Everything else of them must pass. */
export const OWN_WAYS: Readonly<Record<string, readonly Change[]>> = {
  blocking: [
    {
      from: /<text [^>]*>You have blocked this JID<\/text>/,
      to: '',
      because: 'XEP-0191 section 3.3 has no such sentence in its error',
    },
  ],
  extdisco: [
    {
      from: /\n\t*<service [^>]*type='ftp'[^>]*>/g,
      to: '',
      because: 'our setting takes STUN and TURN, which is what clients look for',
    },
    {
      from: /(\n\t*<service [^>]*type='turn'[^>]*>)\1/g,
      to: '$1',
      because: 'the same server with two secrets is a thing of that configuration',
    },
    {
      from: /(id='lx3' from[^>]*>\s*<services [^>]*)>/,
      to: "$1 type='ftp'>",
      because: 'XEP-0215 section 3.2: the answer names the type that was asked for',
    },
    {
      from: /restricted='1'/g,
      to: "restricted='true' expires='{scansion:any}'",
      because: 'XEP-0215 section 9: an xs:boolean, and a password that does not last',
    },
  ],
  http_upload: [
    {
      from: /(<get [^>]*\/>)\s*<put ([^>]*)>\s*<header [^>]*><\/header>\s*<\/put>/,
      to: '<put $2/>$1',
      because: 'XEP-0363 section 4: headers are up to the service; the order is that of its example',
    },
    {
      from: /<text [^>]*>[^<]*<\/text>/g,
      to: "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{words}</text>",
      because: 'what a person reads is not specified',
    },
    {
      from: /Romeo sends:\s*<iq [^>]*id='1401d3b5[\s\S]*?(?=Romeo disconnects)/,
      to: '',
      because: 'that configuration refuses programs; here any file may be shared',
    },
  ],
  muc_create_destroy: [
    {
      from: /<x xmlns=["']vcard-temp:x:update["']>\s*<photo\/>\s*<\/x>/g,
      to: '',
      because: 'XEP-0398 section 4 has the server add the hash of a picture; here is no picture',
    },
    {
      from: /Admin connects\s[\s\S]*$/,
      to: '',
      because: 'the rest is a command that Prosody alone has',
    },
  ],
  muc_mediated_invite: [
    { from: /<reason\/>/g, to: '', because: 'XEP-0045 section 7.8.2: a reason only where the inviter gave one' },
  ],
  muc_presence_probe: [
    {
      from: /(from='rooms?@[^']*\/Romeo'[\s\S]*?role='moderator'[^>]*\/>)(?=\s*<\/x>)/g,
      to: "$1<status code='110'/>",
      because: 'XEP-0045 section 7.2.2: 110 marks one’s own presence',
    },
  ],
  muc_register: NOT_ALLOWED,
  muc_show_offline: NOT_ALLOWED,
  pep_itemreply: [...ANY_VERSION, ...ASKED_ONCE],
  pep_publish_subscribe: [...ANY_VERSION, ...ASKED_ONCE],
  pubsub_config: OWN_FORM,
  pubsub_max_items: [...OWN_FORM, ...OWN_DEFAULTS],
  pubsub_multi_items: [...OWN_FORM, ...OWN_DEFAULTS],
  pubsub_preconditions: OWN_FORM,
};

/** Scripts in which further fields of a form, and other sentences for people, are no failure; the runner's level `lax`. */
export const MORE_IS_FINE: readonly string[] = [
  'http_upload',
  'muc_register',
  'muc_show_offline',
  'pubsub_config',
  'pubsub_max_items',
  'pubsub_multi_items',
  'pubsub_preconditions',
];

/** Scripts that as a whole want what the specifications do not. */
export const NOT_OURS: Readonly<Record<string, string>> = {
  muc_nickname_robotface:
    'it wants an answer from a room’s address with U+FE0F in it; RFC 8264 section 9.13 allows that in no address',
  tombstones:
    'it wants an error from an account that is gone; RFC 6121 section 4.3.2 has unsubscribed, which Appendix A.3.4 ' +
    'keeps from somebody who was not subscribed',
};
