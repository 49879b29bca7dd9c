/** XEP-0115: Entity Capabilities. Tells a client in one short line whether it knows what the server can do already. */
import { createHash } from 'node:crypto';
import type { DiscoInfo, Identity } from '../modulehost/disco.ts';
import { defineModule } from '../modulehost/module.ts';
import type { Field, Form } from '../stanza/form.ts';
import { el } from '../xml/element.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';
/** Names the software (section 4). It has no web address yet; this one can never be somebody else's (RFC 2606). */
const NODE = 'https://snug.invalid/';

export const caps = defineModule({
  name: 'caps',
  summary: 'Tells clients in one short line what the server can do, so that they need not ask each time.',
  xeps: [{ xep: '0115', version: '1.6.0' }],
  features: [NS_CAPS],

  start(host) {
    let known: { readonly revision: number; readonly ver: string } | undefined;
    const currentVer = () => {
      const { revision } = host.disco;
      if (known?.revision !== revision) known = { revision, ver: verificationString(host.disco.server()) };
      return known.ver;
    };

    host.disco.answerNodes(NS_CAPS, {
      // An older ver is unknown: what it stood for is not what would be answered now.
      info: (node, { addressee }) =>
        addressee === 'server' && node === `${NODE}#${currentVer()}` ? host.disco.server() : undefined,
    });

    return {
      streamFeatures: [
        {
          name: 'caps',
          // Section 6.3. Before sign-in nobody could ask what it stands for.
          offer: (stream) =>
            stream.account === undefined ? [] : [el('c', NS_CAPS, { hash: 'sha-1', node: NODE, ver: currentVer() })],
        },
      ],
    };
  },
});

/** Section 5.1: what an entity is and can do, in 28 characters. */
export function verificationString({ identities, features, forms = [] }: DiscoInfo): string {
  const parts = [
    ...identities
      .toSorted(compareIdentities)
      .map(({ category, type, lang = '', name = '' }) => `${category}/${type}/${lang}/${name}`),
    ...features.toSorted(compareOctets),
    ...forms.toSorted((a, b) => compareOctets(a.formType ?? '', b.formType ?? '')).flatMap(formParts),
  ];
  return createHash('sha1')
    .update(parts.map((part) => `${part}<`).join(''))
    .digest('base64');
}

/** Section 5.4: a form without FORM_TYPE is ignored. */
function formParts({ formType, fields }: Form): readonly string[] {
  if (formType === undefined) return [];
  const byName = (a: Field, b: Field) => compareOctets(a.name, b.name);
  return [
    formType,
    ...fields.toSorted(byName).flatMap(({ name, values = [] }) => [name, ...values.toSorted(compareOctets)]),
  ];
}

function compareIdentities(a: Identity, b: Identity): number {
  return (
    compareOctets(a.category, b.category) || compareOctets(a.type, b.type) || compareOctets(a.lang ?? '', b.lang ?? '')
  );
}

/** The collation i;octet of RFC 4790 section 9.3, on UTF-8. */
function compareOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
