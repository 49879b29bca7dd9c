/** The verification string of XEP-0115, made of what disco#info tells: by the server for itself, and to check others'. */
import { createHash } from 'node:crypto';
import type { Field, Form } from '../stanza/form.ts';
import type { DiscoInfo, Identity } from './disco.ts';

/** Section 5.1: what an entity is and can do, in 28 characters. `hash` is an algorithm as Node names it. */
export function verificationString(info: DiscoInfo, hash = 'sha1'): string {
  return createHash(hash).update(verificationText(info)).digest('base64');
}

/** What is hashed. Where in it one part ends and another begins cannot be told for sure: the hash proves the whole alone. */
export function verificationText({ identities, features, forms = [] }: DiscoInfo): string {
  const parts = [
    ...identities
      .toSorted(compareIdentities)
      .map(({ category, type, lang = '', name = '' }) => `${category}/${type}/${lang}/${name}`),
    ...features.toSorted(compareOctets),
    ...forms.toSorted((a, b) => compareOctets(a.formType ?? '', b.formType ?? '')).flatMap(formParts),
  ];
  return parts.map((part) => `${part}<`).join('');
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
