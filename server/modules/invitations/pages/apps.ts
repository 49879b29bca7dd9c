/** Which apps are recommended on which platform, and how each comes to trust this server. */
import { type Html, html } from './html.ts';

interface App {
  readonly name: string;
  readonly link: string;
  readonly hint: string;
}

interface Platform {
  /** As in `data-platform`. */
  readonly id: string;
  readonly name: string;
  readonly apps: readonly App[];
  /** What people wonder about later. */
  readonly note?: string;
}

const ASKS = 'It asks once whether to trust this server: compare the fingerprint below.';
const NEEDS_TRUST = 'It needs step 2 first, because it does not ask.';
/** COMPAT(Gajim, 1.7.3): what was accepted when it asked counts for chat alone, not for files. */
const ASKS_FOR_CHAT = `${ASKS} To send files it needs step 2 as well.`;
/** COMPAT(Psi+, 1.4.554): it resolves names by itself, without mDNS. */
const ASKS_AND_NEEDS_HOST = `Give it the host that stands below under “If the app cannot find the server”. ${ASKS}`;
const BROWSER_FIRST = 'Make the account in the browser, as offered below, and sign in to it.';

const PLATFORMS: readonly Platform[] = [
  {
    id: 'android',
    name: 'Android',
    apps: [
      { name: 'Conversations', link: 'https://f-droid.org/packages/eu.siacs.conversations/', hint: ASKS },
      { name: 'Cheogram', link: 'https://f-droid.org/packages/com.cheogram.android/', hint: ASKS },
    ],
    note:
      'These apps stay connected by themselves: allow them to run in the background when they ask. Being woken through ' +
      'the internet works only if this server may chat with other servers.',
  },
  {
    id: 'ios',
    name: 'iPhone and iPad',
    apps: [
      {
        name: 'Monal',
        link: 'https://monal-im.org/install/',
        hint: `${NEEDS_TRUST} When it asks for the local network, allow it: otherwise it only says that it cannot connect.`,
      },
    ],
    note:
      'While the app is closed, it is told of new messages only if this server may chat with other servers over the ' +
      'internet. Otherwise they are there when you open it.',
  },
  {
    id: 'macos',
    name: 'Mac',
    apps: [
      {
        name: 'Monal',
        link: 'https://monal-im.org/install/',
        hint: `${NEEDS_TRUST} When it asks for the local network, allow it.`,
      },
      { name: 'Psi', link: 'https://psi-im.org/', hint: `${BROWSER_FIRST} ${ASKS_AND_NEEDS_HOST}` },
    ],
  },
  {
    id: 'windows',
    name: 'Windows',
    apps: [
      { name: 'Gajim', link: 'https://gajim.org/download/', hint: `${BROWSER_FIRST} ${ASKS_FOR_CHAT}` },
      { name: 'Psi+', link: 'https://psi-plus.com/', hint: `${BROWSER_FIRST} ${ASKS_AND_NEEDS_HOST}` },
    ],
  },
  {
    id: 'linux',
    name: 'Linux',
    apps: [
      { name: 'Gajim', link: 'https://gajim.org/download/', hint: `${BROWSER_FIRST} ${ASKS_FOR_CHAT}` },
      { name: 'Dino', link: 'https://dino.im/', hint: `${BROWSER_FIRST} ${NEEDS_TRUST}` },
    ],
  },
];

/** All of them; the script opens the one that the page is seen on. `isOwnCertificate` needs no trust of anybody's. */
export function appSections(isOwnCertificate: boolean): Html {
  return html`${PLATFORMS.map(
    ({ id, name, apps, note }) => html`<details data-platform="${id}" open>
<summary>${name}</summary>
<ul>
${apps.map(
  (app) =>
    html`<li><a href="${app.link}" rel="noreferrer">${app.name}</a>${isOwnCertificate ? undefined : html` — ${app.hint}`}</li>
`,
)}</ul>
${
  note === undefined
    ? undefined
    : html`<p class="soft">${note}</p>
`
}</details>
`,
  )}`;
}
