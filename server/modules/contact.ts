/** XEP-0157: Contact Addresses for XMPP Services. Tells whom to ask about this server. */
import { z } from 'zod';
import { setting } from '../config/setting.ts';
import { defineModule } from '../modulehost/module.ts';

const FORM_TYPE = 'http://jabber.org/network/serverinfo';
const address = z
  .string()
  .refine((text) => !/\s/.test(text) && URL.canParse(text))
  .meta({
    description:
      'an address with its scheme, such as mailto:me@example.org, xmpp:me@example.org or https://example.org',
  });
const addresses = z.array(address).max(10);

export const contact = defineModule({
  name: 'contact',
  summary: 'Tells whom to ask about this server.',
  xeps: [{ xep: '0157', version: '1.1.1' }],
  config: {
    admin: setting(addresses, [], 'Where the people who run this server can be reached.'),
    abuse: setting(addresses, [], 'Where others report that somebody here misbehaves.'),
    feedback: setting(addresses, [], 'Where people say what they think of this server.'),
    sales: setting(addresses, [], 'Where people ask what it costs.'),
    security: setting(addresses, [], 'Where somebody who has found a weakness reports it.'),
    status: setting(addresses, [], 'Where it is told whether this server works.'),
    support: setting(addresses, [], 'Where people get help.'),
  },

  start({ config }) {
    return {
      /** Section 3. Purposes without an address are left out, and without any there is nothing to tell. */
      serverForms: () => {
        const fields = Object.entries(config)
          .filter(([, values]) => values.length > 0)
          .map(([purpose, values]) => ({ name: `${purpose}-addresses`, type: 'list-multi' as const, values }))
          .sort((a, b) => a.name.localeCompare(b.name));
        return fields.length === 0 ? [] : [{ type: 'result', formType: FORM_TYPE, fields }];
      },
    };
  },
});
