/** The pages for people who are invited: what a browser, or a stranger with other intentions, gets from them. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { generateKeyPem, issueAuthority } from '../../server/certificates/issue.ts';
import { createWeb } from '../../server/listeners/web.ts';
import { JOIN_PAGES, type TrustFacts } from '../../server/modulehost/invitations.ts';
import { html } from '../../server/modules/invitations/pages/html.ts';
import { SCRIPT } from '../../server/modules/invitations/pages/script.ts';
import { grouped } from '../../server/modules/invitations/pages/trust.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { HOUR_MS, invited, states } from './invitations-steps.ts';

const keyPem = await generateKeyPem();
const pem = await issueAuthority({ domain: 'localhost', keyPem, nowMs: Date.now() });
const TRUST: TrustFacts = {
  authority: {
    pem,
    fingerprint: new X509Certificate(pem).fingerprint256,
    words: 'abandon ability able about above absent',
    name: 'Snug <localhost>',
  },
  fingerprint: 'AB:CD:EF:01',
  fingerprintSha1: '98:76:54:32',
  addresses: ['192.168.1.5'],
  port: 5222,
};

async function plain(scene: Scene, trust = TRUST): Promise<FastifyInstance> {
  const pages = scene.server.host.find(JOIN_PAGES);
  if (pages === undefined) throw new Error('there are no pages');
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  return await createWeb({ routes: [pages.routes(() => trust)], log: { ...log, child: () => ({ ...log }) as never } });
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

function post(web: FastifyInstance, url: string, fields: Readonly<Record<string, string>>) {
  const payload = new URLSearchParams(fields).toString();
  return web.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
}

describe('the join page', () => {
  test('has the steps, the fingerprint and the ways to trust without a script', async () => {
    await using scene = await openScene();
    const { body, headers, statusCode } = await (await plain(scene)).inject('/join');
    expect(statusCode).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain(grouped(TRUST.authority?.fingerprint ?? ''));
    expect(body).toContain('<p class="words">abandon ability able about above absent</p>');
    expect(body).toContain('9876 5432');
    for (const word of ['Conversations', 'Monal', 'Gajim', 'Dino', 'Firefox', 'Certificate Trust Settings']) {
      expect(body, word).toContain(word);
    }
    expect(body).toContain('href="https://localhost:5281/join/account"');
    expect(body).toContain('192.168.1.5');
    expect(body).toContain('Snug &lt;localhost&gt;');
  });

  test('says to phones when they will not be woken, and what iPhones must allow', async () => {
    await using scene = await openScene();
    const { body } = await (await plain(scene)).inject('/join');
    expect(body).toContain(
      'it is told of new messages only if this server may chat with other servers over the internet',
    );
    expect(body).toContain('These apps stay connected by themselves');
    expect(body).toContain('When it asks for the local network, allow it');
    expect(body).toContain('If the app cannot find the server');
  });

  test('leads to the form by address as well, for devices that do not find the name', async () => {
    await using scene = await openScene();
    const { body } = await (await plain(scene)).inject('/join');
    expect(body).toContain('<a data-form href="https://192.168.1.5:5281/join/account">');
    const six = await plain(scene, { ...TRUST, addresses: ['2001:db8::5'] });
    expect((await six.inject('/join')).body).toContain('href="https://[2001:db8::5]:5281/join/account"');
    const certified = await plain(scene, { ...TRUST, authority: undefined });
    expect((await certified.inject('/join')).body).not.toContain('https://192.168.1.5');
  });

  test('says what Gajim, Psi and Dino want beyond the question of trust', async () => {
    await using scene = await openScene();
    const { body } = await (await plain(scene)).inject('/join');
    expect(body).toMatch(/Gajim<\/a>[^<]*To send files it needs step 2 as well/);
    expect(body).toMatch(/Psi\+<\/a>[^<]*Give it the host/);
    expect(body).toMatch(/Dino<\/a> — Make the account in the browser[^<]*it does not ask/);
  });

  test('loads nothing from elsewhere, and has nothing inline', async () => {
    await using scene = await openScene();
    const { body } = await (await plain(scene)).inject('/join');
    const loaded = [...body.matchAll(/<(?:link|script|img|iframe)[^>]*(?:href|src)="([^"]*)"/g)].map(([, url]) => url);
    expect(loaded).toEqual(['data:,', '/join/style.css', '/join/script.js']);
    expect(body).not.toMatch(/ style=| on[a-z]+=|<style|<script>/);
  });

  test('leads to forms by the address by which it was opened, where the certificate names that', async () => {
    await using scene = await openScene();
    const web = await plain(scene, { ...TRUST, pageAddresses: ['192.168.1.5', 'fd00::5'] });
    const formAt = async (host: string) =>
      /href="([^"]*)\/join\/account"/.exec((await web.inject({ url: '/join', headers: { host } })).body)?.[1];
    expect(await formAt('192.168.1.5:5280')).toBe('https://192.168.1.5:5281');
    expect(await formAt('[fd00::5]:5280')).toBe('https://[fd00::5]:5281');
    for (const host of ['localhost:5280', '192.168.1.6:5280', 'evil.example', '192.168.1.5.evil.example'])
      expect(await formAt(host)).toBe('https://localhost:5281');
  });

  test('asks for no trust where the certificate has it', async () => {
    await using scene = await openScene();
    const web = await plain(scene, { ...TRUST, authority: undefined });
    expect((await web.inject('/join')).body).not.toContain('Trust this server');
    expect((await web.inject('/trust')).body).toContain('Nothing is to be done');
    expect((await web.inject('/ca.crt')).statusCode).toBe(404);
    expect((await web.inject('/ca.mobileconfig')).statusCode).toBe(404);
  });

  test('takes no form: tokens and passwords stay off plain HTTP', async () => {
    await using scene = await openScene();
    const web = await plain(scene);
    expect((await web.inject('/join/account')).statusCode).toBe(404);
    expect((await post(web, '/join/account', { token: 'x' })).statusCode).toBe(404);
  });
});

describe('what an invitation is for', () => {
  test('is told to whoever has the hash of its token, which is not the token', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const web = await plain(scene);
    const { token } = await invited(scene, { inviter: 'romeo' });
    const { body, json, headers } = await web.inject(`/join/invitation?of=${hashOf(token)}`);
    expect(json()).toMatchObject({
      purpose: 'account',
      title: 'romeo invites you to chat at localhost',
      uri: 'xmpp:romeo@localhost?roster;preauth=TOKEN;ibr=y',
    });
    expect(body).not.toContain(token);
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['expired', 410, /expired/],
    ['revoked', 410, /taken back/],
    ['forged', 404, /not known/],
  ])('is not told when it is %s', async (what, status, sentence) => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const web = await plain(scene);
    const { token } = await invited(scene, { purpose: 'password', localpart: 'romeo', lifetimeHours: 1 });
    if (what === 'expired') scene.clock.advance(HOUR_MS);
    if (what === 'revoked') await scene.accounts.setPassword('romeo', 'another-one');
    const { statusCode, json } = await web.inject(`/join/invitation?of=${hashOf(what === 'forged' ? 'x' : token)}`);
    expect(statusCode).toBe(status);
    expect(json().detail).toMatch(sentence);
  });

  test.each(['', '?of=', '?of=x', '?of=a&of=b', `?of=${'f'.repeat(10_000)}`, '?of[]=1', '?%00', '?of=%ff'])(
    'is not told to %s',
    async (query) => {
      await using scene = await openScene();
      await invited(scene);
      expect((await (await plain(scene)).inject(`/join/invitation${query}`)).statusCode).toBe(404);
    },
  );

  test('cannot be tried without end', async () => {
    await using scene = await openScene({ settings: { 'invitations.maxAttemptsPerHour': 2 } });
    const web = await plain(scene);
    const status = async () => (await web.inject('/join/invitation?of=x')).statusCode;
    expect([await status(), await status(), await status()]).toEqual([404, 404, 429]);
    expect((await web.inject('/join')).statusCode).toBe(200);
  });
});

describe('the certificate', () => {
  test('is the authority’s', async () => {
    await using scene = await openScene();
    const { body, headers } = await (await plain(scene)).inject('/ca.crt');
    expect(body).toBe(pem);
    expect(headers['content-type']).toBe('application/x-x509-ca-cert');
  });

  test('comes as a profile for Apple’s systems', async () => {
    await using scene = await openScene();
    const { body, headers } = await (await plain(scene)).inject('/ca.mobileconfig');
    expect(headers['content-type']).toBe('application/x-apple-aspen-config');
    const data = /<data>([^<]*)<\/data>/.exec(body)?.[1] ?? '';
    expect(Buffer.from(data, 'base64').equals(new X509Certificate(pem).raw)).toBe(true);
    expect(body).toContain('<string>Snug &lt;localhost&gt;</string>');
    const uuids = body.match(/[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}/g);
    expect(new Set(uuids).size).toBe(2);
    // As a reader of property lists that is not ours has it.
    const script =
      'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read()), default=len))';
    const profile = JSON.parse(execFileSync('python3', ['-c', script], { input: body, encoding: 'utf8' }));
    expect(profile).toMatchObject({
      PayloadType: 'Configuration',
      PayloadVersion: 1,
      PayloadRemovalDisallowed: false,
      PayloadContent: [
        {
          PayloadType: 'com.apple.security.root',
          PayloadVersion: 1,
          PayloadContent: new X509Certificate(pem).raw.length,
        },
      ],
    });
  });
});

describe('the form for an account', () => {
  const filled = (token: string, over: Readonly<Record<string, string>> = {}) => ({
    token,
    username: 'Juliet',
    password: 'Calliope-1',
    again: 'Calliope-1',
    ...over,
  });

  test('makes it, once', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token } = await invited(scene, { inviter: 'romeo' });
    const web = await scene.web();
    expect((await web.inject('/join/account')).body).toContain('<form method="post"');
    const done = await post(web, '/join/account', filled(`http://192.168.1.5:5280/join#${token}.0123456789abcdef0123`));
    expect(done.statusCode).toBe(200);
    expect(done.body).toContain('juliet@localhost');
    const juliet = scene.connect({ name: 'juliet' });
    await juliet.authenticates('Calliope-1');
    const again = await post(web, '/join/account', filled(token, { username: 'rosaline' }));
    expect(again.statusCode).toBe(403);
    expect(again.body).toContain('used already');
    expect(scene.accounts.has('rosaline')).toBe(false);
  });

  test.each([
    ['a name that is none', { username: 'not a name' }, 422],
    ['a name that is taken', { username: 'romeo' }, 422],
    ['two passwords', { again: 'Calliope-2' }, 422],
    ['no password', { password: '', again: '' }, 422],
    ['a password that is too long', { password: 'x'.repeat(1_025), again: 'x'.repeat(1_025) }, 422],
    ['a forged token', { token: 'f'.repeat(32) }, 403],
    ['no token', { token: '' }, 403],
  ])('refuses %s with a sentence, and the invitation stays', async (_what, over, status) => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token } = await invited(scene);
    const { statusCode, body } = await post(await scene.web(), '/join/account', filled(token, over));
    expect(statusCode).toBe(status);
    expect(body).toMatch(/role="alert">[^<]+\./);
    expect(body).not.toContain('Calliope');
    expect(states(scene)).toEqual(['open']);
  });

  test('asks for the code again only when that was wrong', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token } = await invited(scene);
    const web = await scene.web();
    const taken = await post(web, '/join/account', filled(token, { username: 'romeo' }));
    expect(taken.body).toContain(`<input type="hidden" name="token" value="${token}">`);
    expect(taken.body).not.toContain('Code of the invitation');
    const forged = await post(web, '/join/account', filled('f'.repeat(32)));
    expect(forged.body).toContain('Code of the invitation');
  });

  test('names apps when it is done, because the invitation leads to them no more', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const { body } = await post(await scene.web(), '/join/account', filled(token));
    expect(body).toContain('If you have no app yet');
    expect(body).toContain('https://monal-im.org/install/');
    expect(body).not.toContain('fingerprint below');
  });

  test('repeats what a stranger wrote as text', async () => {
    await using scene = await openScene();
    const { token } = await invited(scene);
    const username = `"><script>alert(1)</script>`;
    const { body } = await post(await scene.web(), '/join/account', filled(token, { username }));
    expect(body).toContain('&quot;&gt;&lt;script&gt;');
    expect(body).not.toContain('<script>alert');
  });

  test('is read up to its size and in its type alone', async () => {
    await using scene = await openScene();
    const web = await scene.web();
    expect((await post(web, '/join/account', filled('x'.repeat(20_000)))).statusCode).toBe(413);
    const url = '/join/account';
    const wrong = await web.inject({
      method: 'POST',
      url,
      payload: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(wrong.statusCode).toBe(415);
    expect((await web.inject({ method: 'POST', url })).statusCode).toBe(403);
  });

  test('cannot be sent without end', async () => {
    await using scene = await openScene({ settings: { 'invitations.maxAttemptsPerHour': 1 } });
    const { token } = await invited(scene);
    const web = await scene.web();
    await post(web, '/join/account', filled('x'));
    const late = await post(web, '/join/account', filled(token));
    expect(late.statusCode).toBe(403);
    expect(late.body).toContain('Too many attempts');
  });
});

describe('the form for a new password', () => {
  test('gives it, once, and ends what was signed in with the old one', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token } = await invited(scene, { purpose: 'password', localpart: 'romeo' });
    const other = await invited(scene, { purpose: 'password', localpart: 'romeo' });
    const romeo = await scene.login('romeo');
    const web = await scene.web();
    const sent = { token, password: 'Calliope-1', again: 'Calliope-1' };
    expect((await post(web, '/join/password', sent)).body).toContain('romeo@localhost');
    await romeo.receivesEnd('reset');
    await scene.connect({ name: 'romeo' }).authenticates('Calliope-1');
    expect((await post(web, '/join/password', sent)).statusCode).toBe(403);
    expect((await post(web, '/join/password', { ...sent, token: other.token })).statusCode).toBe(403);
  });

  test('takes no invitation for an account, nor the other form one for a password', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { token } = await invited(scene);
    const reset = await invited(scene, { purpose: 'password', localpart: 'romeo' });
    const web = await scene.web();
    const fields = { username: 'juliet', password: 'Calliope-1', again: 'Calliope-1' };
    expect((await post(web, '/join/password', { ...fields, token })).statusCode).toBe(422);
    expect((await post(web, '/join/account', { ...fields, token: reset.token })).statusCode).toBe(422);
    expect(scene.accounts.list()).toHaveLength(1);
  });
});

test('the script computes SHA-256 as everybody does', () => {
  const source = SCRIPT.slice(SCRIPT.indexOf('function sha256'), SCRIPT.indexOf('function platform'));
  const sha256 = runInNewContext(`${source}; sha256`) as (text: string) => string;
  for (const text of ['', 'abc', '0123456789abcdef'.repeat(2), 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(200)]) {
    expect(sha256(text), text).toBe(hashOf(text));
  }
});

test('a template escapes whatever is not markup of ours', () => {
  expect(html`<p title="${`"'&<>`}">${[html`<b>${1}</b>`]}${undefined}</p>`.text).toBe(
    '<p title="&quot;&#39;&amp;&lt;&gt;"><b>1</b></p>',
  );
});
