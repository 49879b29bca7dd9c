/** What is answered to browsers: the join and trust pages over plain HTTP, the forms over HTTPS. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HourlyAttempts } from '../../accounts/hourly-attempts.ts';
import type { Invitation } from '../../administration/invitation.ts';
import { prepareLocalpart } from '../../jid/precis.ts';
import type { TrustFacts } from '../../modulehost/invitations.ts';
import { sendProblem, type WebRoutes } from '../../modulehost/web.ts';
import type { StanzaError } from '../../stanza/error.ts';
import type { InvitationBook, InvitationsHost } from './book.ts';
import { invitationUri } from './links.ts';
import { accountDonePage, accountForm, type FormPage, passwordDonePage, passwordForm } from './pages/forms.ts';
import { joinPage, trustPage } from './pages/join.ts';
import { SCRIPT } from './pages/script.ts';
import { STYLE } from './pages/style.ts';
import { mobileconfig } from './pages/trust.ts';
import { tooMany } from './preauth.ts';
import { type Redeeming, UNKNOWN, whyNot } from './redeeming.ts';

/** Of a filled in form: a name, a token, a password twice. */
const MAX_FORM_BYTES = 16_384;
const MAX_PASSWORD_LENGTH = 1_024;
/** SECURITY: nothing from elsewhere, nothing inline, in no frame. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";

export interface WebDoors {
  /** Over plain HTTP. No token and no password is sent there. */
  readonly plain: (trust: () => TrustFacts) => WebRoutes;
  /** Over HTTPS. */
  readonly secure: WebRoutes;
}

export function createWebDoors(
  { domain, config, web, accounts }: InvitationsHost,
  book: InvitationBook,
  redeeming: Redeeming,
  attempts: HourlyAttempts,
): WebDoors {
  const plain = (trust: () => TrustFacts): WebRoutes => {
    return (server) => {
      serveFiles(server);
      const pageOf = (request: FastifyRequest) => {
        const facts = trust();
        return { domain, trust: facts, origin: originFor(request, facts) };
      };
      server.get('/', (_request, reply) => reply.redirect('/join'));
      server.get('/join', (request, reply) => send(reply, joinPage(pageOf(request))));
      server.get('/trust', (request, reply) => send(reply, trustPage(pageOf(request))));
      server.get('/join/invitation', ({ query, ip }, reply) => tellOf(reply, (query as { of?: unknown }).of, ip));
      server.get('/ca.crt', (_request, reply) => {
        const { authority } = trust();
        if (authority === undefined) return noAuthority(reply);
        return download(reply, 'ca.crt', 'application/x-x509-ca-cert').send(authority.pem);
      });
      server.get('/ca.mobileconfig', (_request, reply) => {
        const { authority } = trust();
        if (authority === undefined) return noAuthority(reply);
        const profile = mobileconfig(authority.pem, authority.name, domain);
        return download(reply, 'ca.mobileconfig', 'application/x-apple-aspen-config').send(profile);
      });
    };
  };

  /**
   * Where the forms are. Whoever has opened the page by an address may have no way to find the name: not every phone knows
   * `.local`.
   */
  function originFor({ hostname }: FastifyRequest, { pageAddresses = [] }: TrustFacts): string | undefined {
    if (web.origin === undefined || !pageAddresses.includes(hostname.replace(/^\[|\]$/g, ''))) return web.origin;
    const url = new URL(web.origin);
    url.hostname = hostname;
    return url.origin;
  }

  /** By the hash of a token, so that the token stays with its owner. */
  function tellOf(reply: FastifyReply, of: unknown, address: string): FastifyReply {
    reply.header('cache-control', 'no-store');
    const hash = typeof of === 'string' && /^[0-9a-f]{64}$/.test(of) ? Buffer.from(of, 'hex') : undefined;
    const invitation = hash && book.findByHash(hash);
    if (invitation === undefined) {
      if (!attempts.take(address, config.maxAttemptsPerHour)) return sendProblem(reply, 429, tooMany().text ?? '');
      return sendProblem(reply, 404, UNKNOWN);
    }
    const reason = whyNot(invitation);
    if (reason !== undefined) return sendProblem(reply, 410, reason);
    book.progress.opened(invitation);
    const { purpose } = invitation;
    const uri = invitationUri(invitation, domain, 'TOKEN');
    return reply
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ purpose, uri, ...wordsOf(invitation, domain) }));
  }

  const secure: WebRoutes = (server) => {
    serveFiles(server);
    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    server.get('/join/account', (_request, reply) => send(reply, accountForm({ domain })));
    server.get('/join/password', (_request, reply) => send(reply, passwordForm({ domain })));
    server.post('/join/account', async ({ body, ip }, reply) => {
      const sent = readForm(body);
      const refuse = (status: 403 | 422, fault: string) =>
        send(reply.code(status), accountForm(faulty(sent, fault, status === 422)));
      const found = present(sent, ip);
      if (typeof found === 'string') return refuse(403, found);
      const localpart = prepareLocalpart(sent.username);
      if (!localpart) return refuse(422, 'This cannot be the name of an account.');
      const fault = passwordFault(sent);
      if (fault !== undefined) return refuse(422, fault);
      const refusal = await redeeming.register(found, localpart, sent.password);
      if (refusal !== undefined) return refuse(422, sentenceOf(refusal));
      return send(reply, accountDonePage(`${localpart}@${domain}`));
    });
    server.post('/join/password', async ({ body, ip }, reply) => {
      const sent = readForm(body);
      const refuse = (status: 403 | 422, fault: string) =>
        send(reply.code(status), passwordForm(faulty(sent, fault, status === 422)));
      const found = present(sent, ip);
      if (typeof found === 'string') return refuse(403, found);
      const fault = passwordFault(sent);
      if (fault !== undefined) return refuse(422, fault);
      const refusal = await redeeming.setPassword(found, sent.password);
      if (refusal !== undefined) return refuse(422, sentenceOf(refusal));
      return send(reply, passwordDonePage(`${found.localpart}@${domain}`));
    });
  };

  /** The invitation that a form was sent with, or why there is none. */
  function present({ token }: SentForm, address: string): Invitation | string {
    if (!attempts.take(address, config.maxAttemptsPerHour)) return tooMany().text ?? '';
    const invitation = book.find(token)?.invitation;
    return whyNot(invitation) ?? invitation ?? UNKNOWN;
  }

  function faulty({ token, username }: SentForm, fault: string, isTokenGood: boolean): FormPage {
    return { domain, fault, token, username, isTokenGood };
  }

  function wordsOf({ purpose, inviter, localpart }: Invitation, at: string) {
    if (purpose === 'password') {
      return { title: `A new password for ${localpart}@${at}`, text: 'The old one ends when you have chosen another.' };
    }
    const who = inviter === undefined || !accounts.has(inviter) ? 'You are invited' : `${inviter} invites you`;
    const name = localpart === undefined ? '' : ` Your address will be ${localpart}@${at}.`;
    return { title: `${who} to chat at ${at}`, text: `You need an app; then join with the button below.${name}` };
  }

  return { plain, secure };
}

interface SentForm {
  readonly token: string;
  readonly username: string;
  readonly password: string;
  readonly again: string;
}

function readForm(body: unknown): SentForm {
  const values = body instanceof URLSearchParams ? body : new URLSearchParams();
  const value = (name: string) => values.get(name) ?? '';
  return {
    // Whoever is asked for the code may give the whole link.
    // As it stands behind the # of the link, with the authority's fingerprint or without.
    token: value('token').replace(/^.*#/s, '').replace(/\..*$/s, '').slice(0, 100),
    username: value('username').trim().slice(0, 1_023),
    password: value('password'),
    again: value('again'),
  };
}

function passwordFault({ password, again }: SentForm): string | undefined {
  if (password === '') return 'A password is needed.';
  if (password.length > MAX_PASSWORD_LENGTH) return 'This password is too long.';
  return password === again ? undefined : 'The two passwords differ.';
}

function sentenceOf({ text }: StanzaError): string {
  return text ?? 'This is not possible.';
}

function serveFiles(server: FastifyInstance): void {
  server.get('/join/style.css', (_request, reply) => cached(reply).type('text/css; charset=utf-8').send(STYLE));
  server.get('/join/script.js', (_request, reply) => cached(reply).type('text/javascript; charset=utf-8').send(SCRIPT));
}

function send(reply: FastifyReply, text: string): FastifyReply {
  return reply
    .headers({ 'cache-control': 'no-store', 'content-security-policy': POLICY, 'x-frame-options': 'DENY' })
    .type('text/html; charset=utf-8')
    .send(text);
}

function cached(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache');
}

function download(reply: FastifyReply, name: string, type: string): FastifyReply {
  return reply
    .headers({ 'cache-control': 'no-store', 'content-disposition': `attachment; filename="${name}"` })
    .type(type);
}

function noAuthority(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 404, 'This server has a certificate that is trusted without further ado.');
}
