/** XEP-0092: Software Version. Tells the name and version of the server, and the operating system if that is wanted. */
import { type as osType } from 'node:os';
import { z } from 'zod';
import { setting } from '../config/setting.ts';
import { defineModule } from '../modulehost/module.ts';
import { iqGet } from '../router/iq-table.ts';
import { el } from '../xml/element.ts';

const NS_VERSION = 'jabber:iq:version';

export const version = defineModule({
  name: 'version',
  summary: 'Tells the name and the version of the server to whoever asks.',
  xeps: [{ xep: '0092', version: '1.1' }],
  features: [NS_VERSION],
  config: {
    // Off unless wanted, as section 5 demands a way to keep it back: it helps an attacker to choose his tools.
    showOs: setting(z.boolean(), false, 'Tell the operating system together with the version of the server.'),
  },

  start: (host) => ({
    iq: [
      iqGet([NS_VERSION, 'query'], ['server'], () =>
        el(
          'query',
          NS_VERSION,
          undefined,
          el('name', NS_VERSION, undefined, 'Snug'),
          el('version', NS_VERSION, undefined, host.version),
          host.config.showOs ? el('os', NS_VERSION, undefined, osName(osType())) : undefined,
        ),
      ),
    ],
  }),
});

/** As people call it. */
function osName(type: string): string {
  if (type === 'Windows_NT') return 'Windows';
  return type === 'Darwin' ? 'macOS' : type;
}
