/**
 * xmpp.js in a process of its own, as somebody would write a bot with it: signs in, loses its connection, and stays until
 * it has heard something. What happens goes out as lines of JSON.
 */
import dns from 'node:dns';
import { client, xml } from '@xmpp/client';

const GIVE_UP_MS = 15_000;
const [, , service, domain, password] = process.argv;

// The name is known to this machine alone; so the certificate is checked as it would be elsewhere.
dns.lookup = ((_host: string, options: { all?: boolean }, done: (...given: unknown[]) => void) =>
  options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) as never;

/** Not while it still resumes: it cannot be stopped then. */
function leave(): void {
  if (isResumed && isHeard) void xmpp.stop().then(() => process.exit(0));
}

function tell(what: string, text = ''): void {
  process.stdout.write(`${JSON.stringify({ what, text })}\n`);
}

const xmpp = client({ service, domain, username: 'juliet', password, resource: 'xmppjs' });
let isBreaking = false;
let isResumed = false;
let isHeard = false;
xmpp.on('send', (element) => tell('sent', element.toString()));
xmpp.on('element', (element) => tell('received', element.toString()));
xmpp.on('error', (error) => {
  if (!isBreaking) tell('error', error.message);
});
xmpp.streamManagement.on('resumed', () => {
  isBreaking = false;
  isResumed = true;
  tell('resumed');
  leave();
});
xmpp.on('online', async (jid) => {
  tell('online', jid.toString());
  await xmpp.send(xml('presence'));
});
xmpp.on('stanza', (stanza) => {
  if (stanza.name === 'presence' && !isBreaking) {
    isBreaking = true;
    // COMPAT(xmpp.js, 0.14): it falls over when it is to answer the <r/> that came with the presence, and cannot any more.
    setImmediate(() => {
      const transport = xmpp.socket?.socket;
      if (transport?.destroy === undefined) transport?.close?.();
      else transport.destroy();
      tell('broken');
    });
  }
  const body = stanza.name === 'message' ? stanza.getChildText('body') : null;
  if (body === null) return;
  tell('heard', body);
  isHeard = true;
  leave();
});
setTimeout(() => process.exit(1), GIVE_UP_MS);
await xmpp.start();
