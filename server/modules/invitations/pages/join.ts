/** The page that an invitation leads to, and the one about trust alone: everything is on it without a script as well. */
import { isIPv6 } from 'node:net';
import type { TrustFacts } from '../../../modulehost/invitations.ts';
import { appSections } from './apps.ts';
import { type Html, html, page } from './html.ts';
import { trustSection } from './trust.ts';

export interface JoinPage {
  readonly domain: string;
  readonly trust: TrustFacts;
  /** Of the HTTPS server, for the form; undefined while it is shut. */
  readonly origin: string | undefined;
}

export function joinPage({ domain, trust, origin }: JoinPage): string {
  const section = trustSection(trust, domain);
  return page(
    `Join ${domain}`,
    html`<header data-part="invitation">
<h1 data-text="title">You are invited to chat at ${domain}</h1>
<p data-text="text">You need an app, and then this page once more: keep it open.</p>
</header>
<section data-part="refusal" hidden>
<h1>This link does not work</h1>
<p class="warn" data-text="refusal" role="alert"></p>
</section>
<div data-part="steps" data-authority="${trust.authority?.fingerprint.replaceAll(':', '').toLowerCase() ?? ''}">
<noscript><section><p>Your browser runs no scripts, so this page cannot see the code of your invitation: it is what stands
behind the <b>#</b> in the address of this page. You will be asked for it below.</p></section></noscript>
<section data-part="apps" aria-labelledby="apps">
<h2 id="apps">1. Get an app</h2>
${appSections(section === undefined)}</section>
${section}
<section data-part="open" aria-labelledby="open">
<h2 id="open">${section === undefined ? '2' : '3'}. Join</h2>
<p>Once the app is installed:</p>
<a class="button" data-open href="xmpp:${encodeURIComponent(domain)}?register">Open the invitation in the app</a>
${origin === undefined ? undefined : accountLink(origin, trust)}
<h3>If the app cannot find the server</h3>
<p>Give it this host in its settings for the connection: ${hosts(trust)}</p>
</section>
${origin === undefined ? undefined : passwordLink(origin)}
</div>`,
  );
}

export function trustPage({ domain, trust }: JoinPage): string {
  const section = trustSection(trust, domain);
  return page(
    `Trust ${domain}`,
    html`<header>
<h1>${domain}</h1>
<p>${section === undefined ? 'This server has a certificate that your devices trust already. Nothing is to be done.' : 'How your devices come to trust this server.'}</p>
</header>
${section}`,
  );
}

/** By address as well, but not where the certificate is from a public authority, which vouches for the name alone. */
function accountLink(origin: string, { addresses, authority }: TrustFacts): Html {
  const reachable = authority === undefined ? [] : addresses.filter((address) => !address.startsWith('fe80:'));
  const byAddress = reachable.map((address, i) => {
    const url = new URL('/join/account', origin);
    url.hostname = isIPv6(address) ? `[${address}]` : address;
    return html`${i === 0 ? '' : ' or '}<a data-form href="${url.href}">${address}</a>`;
  });
  return html`<div data-part="account">
<a class="button second" data-form href="${origin}/join/account">Make an account in the browser</a>
<p class="soft">For apps that cannot open invitations: make the account here, then sign in with the app.</p>
${
  byAddress.length === 0
    ? undefined
    : html`<p class="soft">If your device does not find that page, open it by its address: ${byAddress}</p>
`
}</div>`;
}

function passwordLink(origin: string): Html {
  return html`<section data-part="password" aria-labelledby="password" hidden>
<h2 id="password">Choose a new password</h2>
<a class="button" data-form href="${origin}/join/password">Choose a new password</a>
</section>`;
}

function hosts({ addresses, port }: TrustFacts): Html {
  const separated = addresses.map((address, i) => html`${i === 0 ? '' : ' or '}<code>${address}</code>`);
  return html`${separated}${port === null ? undefined : html`, port <code>${port}</code>`}`;
}
