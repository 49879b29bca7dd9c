/** XEP-0055: Jabber Search. Lets people here find one another by name. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ServiceRoute } from '../../modulehost/service-route.ts';
import { VCARD } from '../../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Field, formElement, NS_FORM, readSubmittedForm, tableElement } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { clip, FIELDS, matches, type Person, personOf, type Search } from './person.ts';

const NS_SEARCH = 'jabber:iq:search';
const SUBDOMAIN = 'directory';

const INSTRUCTIONS = 'Fill in one or more fields to find people here. Part of a name is enough.';
const COLUMNS: readonly Field[] = [
  { name: 'jid', type: 'jid-single', label: 'Address' },
  { name: 'name', type: 'text-single', label: 'Name' },
  { name: 'first', type: 'text-single', label: 'Given name' },
  { name: 'last', type: 'text-single', label: 'Family name' },
  { name: 'nick', type: 'text-single', label: 'Nickname' },
  { name: 'email', type: 'text-single', label: 'E-mail' },
];

export const directory = defineModule({
  name: 'directory',
  summary: 'Lets people here find one another by name.',
  xeps: [{ xep: '0055', version: '1.3' }],
  config: {
    maxResults: setting(z.int().min(1).max(10_000), 200, 'The most people that one search shows.'),
  },
  needs: [VCARD],

  start(host) {
    const { accounts, config, router, log } = host;
    const vcards = host.use(VCARD);
    /** What the cards say of those who were looked at: to read them all, pictures included, takes a while. */
    const known = new Map<string, Person>();

    function fields({ iq }: Request): Element | StanzaError {
      if (!isMember(iq.from.domain, iq.from.local)) return forbidden();
      return el(
        'query',
        NS_SEARCH,
        undefined,
        el('instructions', NS_SEARCH, undefined, INSTRUCTIONS),
        FIELDS.map((field) => el(field, NS_SEARCH)),
        formElement({
          type: 'form',
          formType: NS_SEARCH,
          title: 'People',
          instructions: INSTRUCTIONS,
          fields: [
            { name: 'anywhere', type: 'text-single', label: 'Anything' },
            ...COLUMNS.filter(({ name }) => FIELDS.some((field) => field === name)),
          ],
        }),
      );
    }

    function search({ iq, payload }: Request): Element | StanzaError {
      if (!isMember(iq.from.domain, iq.from.local)) return forbidden();
      const form = payload.child('x', NS_FORM);
      const submitted = readSubmittedForm(form);
      if (form !== undefined && submitted === undefined)
        return new StanzaError('bad-request', 'The form is no answer.');
      const given = (name: string) => clip(submitted?.get(name)?.[0] ?? payload.childText(name));
      const wanted: Search = Object.fromEntries([...FIELDS, 'anywhere'].map((name) => [name, given(name)]));
      const found = people(wanted);
      if (form === undefined) return el('query', NS_SEARCH, undefined, found.map(itemElement));
      const rows = found.map((person) => ({ ...person }));
      return el('query', NS_SEARCH, undefined, tableElement(NS_SEARCH, COLUMNS, rows));
    }

    function people(wanted: Search): readonly Person[] {
      const found: Person[] = [];
      for (const { localpart, isEnabled, isGuest } of accounts.list()) {
        if (found.length >= config.maxResults) break;
        if (!isEnabled || isGuest) continue;
        const person =
          known.get(localpart) ?? personOf(`${localpart}@${host.domain}`, localpart, vcards.read(localpart));
        known.set(localpart, person);
        if (matches(person, wanted)) found.push(person);
      }
      return found;
    }

    /** Who is here is for those who are here: neither strangers nor guests get a list of people. */
    function isMember(domain: string, localpart: string): boolean {
      return domain === host.domain && accounts.has(localpart) && accounts.get(localpart)?.isGuest !== true;
    }

    return {
      account: { removed: ({ localpart }) => void known.delete(localpart) },
      stop: vcards.onChange((account) => void known.delete(account)),
      routes: [
        {
          domain: `${SUBDOMAIN}.${host.domain}`,
          name: 'People',
          route: new ServiceRoute({
            router,
            log,
            info: () => ({
              identities: [{ category: 'directory', type: 'user', name: 'People' }],
              features: [NS_SEARCH],
            }),
            requests: [
              iqGet([NS_SEARCH, 'query'], ['server'], fields),
              iqSet([NS_SEARCH, 'query'], ['server'], search),
            ],
          }),
        },
      ],
    };
  },
});

function itemElement({ jid, name, ...person }: Person): Element {
  return el(
    'item',
    NS_SEARCH,
    { jid },
    FIELDS.map((field) => el(field, NS_SEARCH, undefined, person[field] || (field === 'nick' ? name : ''))),
  );
}

function forbidden(): StanzaError {
  return new StanzaError('forbidden', 'The directory is for people who have an account here.');
}
