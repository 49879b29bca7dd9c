/** How a device comes to trust this server: the authority's certificate, its fingerprint, and what to do on each system. */
import { createHash, X509Certificate } from 'node:crypto';
import type { TrustFacts } from '../../../modulehost/invitations.ts';
import { type Html, html } from './html.ts';

/** Nothing where the certificate is one that everybody trusts already. */
export function trustSection(
  { authority, fingerprint, fingerprintSha1 }: TrustFacts,
  domain: string,
): Html | undefined {
  if (authority === undefined) return undefined;
  return html`<section aria-labelledby="trust">
<h2 id="trust">2. Trust this server</h2>
<p>This server has made its own certificate. It is good for <b>${domain}</b> and for addresses inside home and office
networks, and for nothing in the internet. Some apps ask by themselves; others need it installed on the device.</p>
<p>Compare before you trust: this page comes without encryption, and whoever invited you sees the same six words and
characters in Snug. Other words mean that somebody stands between; then trust nothing here.</p>
<p class="words">${authority.words}</p>
<h3>Certificate of the authority (SHA-256)</h3>
<code class="fingerprint">${grouped(authority.fingerprint)}</code>
<h3>Certificate of the server (SHA-256)</h3>
<code class="fingerprint">${grouped(fingerprint)}</code>
${fingerprintSha1 === undefined ? undefined : sha1Lines(fingerprintSha1)}<details data-platform="ios" open>
<summary>iPhone and iPad</summary>
<ol>
<li>In Safari, load <a href="/ca.mobileconfig">the profile</a> and allow the download.</li>
<li>Open Settings → Profile Downloaded → Install.</li>
<li>Then Settings → General → About → Certificate Trust Settings: switch on full trust for “${authority.name}”. Without
this second switch nothing changes.</li>
</ol>
</details>
<details data-platform="android" open>
<summary>Android</summary>
<ol>
<li>Conversations and Cheogram ask by themselves; then nothing is to be done here.</li>
<li>For browsers and other apps: load <a href="/ca.crt">the certificate</a>, then open Settings → Security → Encryption
and credentials → Install a certificate → CA certificate, and choose the file.</li>
</ol>
</details>
<details data-platform="windows" open>
<summary>Windows</summary>
<ol>
<li>Load <a href="/ca.crt">the certificate</a> and open it.</li>
<li>Install Certificate → Current User → Place all certificates in the following store → Trusted Root Certification
Authorities → Finish.</li>
</ol>
</details>
<details data-platform="macos" open>
<summary>Mac</summary>
<ol>
<li>Load <a href="/ca.crt">the certificate</a> and open it: Keychain Access asks where to put it. Choose “login”.</li>
<li>Open it there, then Trust → When using this certificate: Always Trust.</li>
</ol>
</details>
<details data-platform="linux" open>
<summary>Linux</summary>
<p>Load <a href="/ca.crt">the certificate</a>, then in a terminal, on Debian and Ubuntu:</p>
<p><code>sudo cp ca.crt /usr/local/share/ca-certificates/snug.crt &amp;&amp; sudo update-ca-certificates</code></p>
<p>On Fedora and Arch: <code>sudo trust anchor ca.crt</code></p>
</details>
<details>
<summary>Firefox, on every system</summary>
<p>Load <a href="/ca.crt">the certificate</a>; in Settings → Privacy &amp; Security → Certificates → View Certificates →
Authorities → Import choose the file, and tick “Trust this CA to identify websites”.</p>
</details>
</section>`;
}

/** COMPAT(Psi+, 1.4.554; Profanity, 0.13): against SHA-1 nobody can find a second certificate either, so it will do. */
function sha1Lines(fingerprint: string): Html {
  return html`<p class="soft">Psi, Psi+ and Profanity show its SHA-1 instead:</p>
<code class="fingerprint">${grouped(fingerprint)}</code>
`;
}

/** Four characters each, as they are easiest to compare. */
export function grouped(fingerprint: string): string {
  return (fingerprint.replaceAll(':', '').match(/.{1,4}/g) ?? []).join(' ');
}

/** A profile for Apple's systems. Installing it again replaces it, because its identifiers come from the certificate. */
export function mobileconfig(authorityPem: string, name: string, domain: string): string {
  const certificate = new X509Certificate(authorityPem);
  const data = certificate.raw.toString('base64').replace(/.{1,64}/g, '\n\t\t\t$&');
  const label = html`${name}`.text;
  const identifier = html`snug.${domain}`.text;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadCertificateFileName</key>
			<string>ca.crt</string>
			<key>PayloadContent</key>
			<data>${data}
			</data>
			<key>PayloadDescription</key>
			<string>Lets this device trust the chat server ${html`${domain}`.text}, by its name and by addresses inside private networks.</string>
			<key>PayloadDisplayName</key>
			<string>${label}</string>
			<key>PayloadIdentifier</key>
			<string>${identifier}.authority</string>
			<key>PayloadType</key>
			<string>com.apple.security.root</string>
			<key>PayloadUUID</key>
			<string>${uuidFrom(certificate, 'authority')}</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadDescription</key>
	<string>Lets this device trust the chat server ${html`${domain}`.text}, by its name and by addresses inside private networks.</string>
	<key>PayloadDisplayName</key>
	<string>${label}</string>
	<key>PayloadIdentifier</key>
	<string>${identifier}</string>
	<key>PayloadRemovalDisallowed</key>
	<false/>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>${uuidFrom(certificate, 'profile')}</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`;
}

/** RFC 9562 section 5.8: a UUID of version 8, from a hash. */
function uuidFrom({ raw }: X509Certificate, purpose: string): string {
  const hash = createHash('sha256').update(purpose).update(raw).digest().subarray(0, 16);
  hash[6] = (hash.readUInt8(6) & 0x0f) | 0x80;
  hash[8] = (hash.readUInt8(8) & 0x3f) | 0x80;
  const hex = hash.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
