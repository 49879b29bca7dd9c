/**
 * Every line of the compliance suites (XEP-0479, 0.1.0) that a server answers for, tried on a real server over TLS: not whether
 * it says that it can, but whether it does.
 */
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import * as core from './core.ts';
import * as im from './im.ts';
import { Lab } from './lab.ts';
import * as web from './web.ts';

interface Line {
  readonly suite: 'Core' | 'Web' | 'IM' | 'Mobile' | 'A/V Calling';
  /** The lowest level that wants it. */
  readonly level: 'Server' | 'Advanced Server';
  readonly feature: string;
  readonly providers: string;
  readonly tried: string;
  readonly probe: (lab: Lab) => Promise<void>;
}

const LINES: readonly Line[] = [
  {
    suite: 'Core',
    level: 'Server',
    feature: 'Core features',
    providers: 'RFC 6120',
    tried: 'STARTTLS, SASL, binding, a message, an error',
    probe: core.streamsAndStanzas,
  },
  {
    suite: 'Core',
    level: 'Server',
    feature: 'TLS',
    providers: 'RFC 7590',
    tried: 'a password in the clear is not taken; TLS 1.2 or 1.3 with a certificate that can be checked',
    probe: core.nothingInTheClear,
  },
  {
    suite: 'Core',
    level: 'Advanced Server',
    feature: 'Direct TLS',
    providers: 'XEP-0368',
    tried: 'a session from the first byte in TLS, with ALPN',
    probe: core.directTls,
  },
  {
    suite: 'Core',
    level: 'Server',
    feature: 'Feature discovery',
    providers: 'XEP-0030',
    tried: 'the server, its services, and what each of them says of itself',
    probe: core.discovery,
  },
  {
    suite: 'Core',
    level: 'Advanced Server',
    feature: 'Feature broadcasts',
    providers: 'XEP-0115',
    tried: 'what the hash in the stream features stands for',
    probe: core.capabilities,
  },
  {
    suite: 'Core',
    level: 'Server',
    feature: 'Server Extensibility',
    providers: 'XEP-0114',
    tried: 'a component shakes hands, and a message goes there and back',
    probe: core.component,
  },
  {
    suite: 'Core',
    level: 'Advanced Server',
    feature: 'Event publishing',
    providers: 'XEP-0163',
    tried: 'a nickname published on one device and notified to another',
    probe: core.personalEvents,
  },
  {
    suite: 'Web',
    level: 'Server',
    feature: 'Web Connection Mechanisms',
    providers: 'RFC 7395',
    tried: 'a login by WebSocket',
    probe: web.webSocket,
  },
  {
    suite: 'Web',
    level: 'Server',
    feature: 'Web Connection Mechanisms',
    providers: 'XEP-0206, XEP-0124',
    tried: 'a login by BOSH',
    probe: web.bosh,
  },
  {
    suite: 'IM',
    level: 'Server',
    feature: 'Core features',
    providers: 'RFC 6121',
    tried: 'two people subscribe to each other, see each other, and stand in their rosters',
    probe: core.contacts,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'User Avatar Compatibility',
    providers: 'XEP-0398, XEP-0153',
    tried: 'an avatar published by PEP, found in the vCard, its hash in presence',
    probe: im.avatars,
  },
  {
    suite: 'IM',
    level: 'Server',
    feature: 'vcard-temp',
    providers: 'XEP-0054',
    tried: 'a vCard kept by one person and read by another',
    probe: im.vcards,
  },
  {
    suite: 'IM',
    level: 'Server',
    feature: 'Outbound Message Synchronization',
    providers: 'XEP-0280',
    tried: 'what one device sends comes to the other',
    probe: im.carbons,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'User Blocking',
    providers: 'XEP-0191',
    tried: 'a message while blocked, and one afterwards',
    probe: im.blocking,
  },
  {
    suite: 'IM',
    level: 'Server',
    feature: 'Group Chat',
    providers: 'XEP-0045, XEP-0249',
    tried: 'a room made, a direct invitation followed, a message to all',
    probe: im.rooms,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'Advanced Group Chat',
    providers: 'XEP-0048, XEP-0313, XEP-0402, XEP-0410',
    tried: 'a bookmark set the old way and removed the new way, the archive of a room, the self-ping',
    probe: im.roomsForMany,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'Persistent Storage of Private Data via PubSub',
    providers: 'XEP-0223',
    tried: 'a private node that its owner reads and another may not',
    probe: im.privateNodes,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'Private XML Storage',
    providers: 'XEP-0049',
    tried: 'a piece stored and read',
    probe: im.privateXml,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'Stream Management',
    providers: 'XEP-0198',
    tried: 'a broken connection resumed, with the message that came meanwhile',
    probe: im.streamManagement,
  },
  {
    suite: 'IM',
    level: 'Advanced Server',
    feature: 'History Storage / Retrieval',
    providers: 'XEP-0313',
    tried: 'a message in the archives of both sides',
    probe: im.history,
  },
  {
    suite: 'IM',
    level: 'Server',
    feature: 'File Upload',
    providers: 'XEP-0363',
    tried: 'a file up and down',
    probe: im.files,
  },
  {
    suite: 'Mobile',
    level: 'Server',
    feature: 'Stream Management',
    providers: 'XEP-0198',
    tried: 'as for IM',
    probe: im.streamManagement,
  },
  {
    suite: 'Mobile',
    level: 'Server',
    feature: 'Client State Indication',
    providers: 'XEP-0352',
    tried: 'presence and typing wait for a phone that nobody looks at, a message does not',
    probe: im.clientState,
  },
  {
    suite: 'Mobile',
    level: 'Advanced Server',
    feature: 'Third Party Push Notifications',
    providers: 'XEP-0357',
    tried: 'a message for somebody who is away wakes the phone',
    probe: im.push,
  },
  {
    suite: 'A/V Calling',
    level: 'Server',
    feature: 'STUN/TURN server discovery',
    providers: 'XEP-0215',
    tried: 'STUN and TURN listed, and a password for TURN',
    probe: im.callRelays,
  },
];

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.tidy());
afterAll(() => lab?.close());

test.for(LINES)('$suite, $level: $feature ($providers): $tried', ({ probe }) => probe(lab));
