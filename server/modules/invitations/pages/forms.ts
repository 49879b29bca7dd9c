/** The forms for whoever joins, or chooses a new password, in the browser. They are answered over HTTPS alone. */
import { appSections } from './apps.ts';
import { type Html, html, page } from './html.ts';

export interface FormPage {
  readonly domain: string;
  /** What is wrong with what was sent before. */
  readonly fault?: string | undefined;
  readonly username?: string;
  readonly token?: string;
  /** The token is good, and nobody needs to look at it again. */
  readonly isTokenGood?: boolean;
}

export function accountForm({ domain, fault, username = '', ...sent }: FormPage): string {
  return page(
    `An account at ${domain}`,
    html`<header><h1>An account at ${domain}</h1></header>
${faultLine(fault)}<section>
<form method="post" action="/join/account" autocomplete="on">
${tokenField(sent)}<label for="username">Name</label>
<input id="username" name="username" value="${username}" required maxlength="255" autocapitalize="none" autocomplete="username" spellcheck="false" aria-describedby="address">
<p class="soft" id="address">People will find you as name@${domain}.</p>
${passwordFields()}<button type="submit">Make the account</button>
</form>
</section>`,
  );
}

export function passwordForm({ domain, fault, ...sent }: FormPage): string {
  return page(
    `A new password at ${domain}`,
    html`<header><h1>A new password at ${domain}</h1></header>
${faultLine(fault)}<section>
<form method="post" action="/join/password">
${tokenField(sent)}${passwordFields()}<button type="submit">Use this password</button>
</form>
</section>`,
  );
}

/** The invitation is used up and leads nowhere any more, so what comes next stands here. */
export function accountDonePage(jid: string): string {
  return donePage(
    'Your account is ready',
    jid,
    html`
<section aria-labelledby="apps">
<h2 id="apps">If you have no app yet</h2>
${appSections(true)}</section>`,
  );
}

export function passwordDonePage(jid: string): string {
  return donePage('Your new password is in use', jid);
}

function donePage(title: string, jid: string, next?: Html): string {
  return page(
    title,
    html`<header><h1>${title}</h1></header>
<section>
<p>Your address is <code>${jid}</code></p>
<p>Sign in to it with your app, and with the password that you have just chosen.</p>
</section>${next}`,
  );
}

function faultLine(fault: string | undefined): Html | undefined {
  return fault === undefined
    ? undefined
    : html`<p class="warn" role="alert">${fault}</p>
`;
}

/** The script fills it in and hides it. */
function tokenField({ token = '', isTokenGood = false }: Pick<FormPage, 'token' | 'isTokenGood'>): Html {
  if (isTokenGood)
    return html`<div hidden><input type="hidden" name="token" value="${token}"></div>
`;
  return html`<div>
<label for="token">Code of the invitation</label>
<input id="token" name="token" value="${token}" required maxlength="500" autocapitalize="none" autocomplete="off" spellcheck="false" aria-describedby="code">
<p class="soft" id="code">What stands behind the # in the link that you were given.</p>
</div>
`;
}

function passwordFields(): Html {
  return html`<label for="password">Password</label>
<input id="password" name="password" type="password" required maxlength="1024" autocomplete="new-password">
<label for="again">Password, once more</label>
<input id="again" name="again" type="password" required maxlength="1024" autocomplete="new-password">
`;
}
