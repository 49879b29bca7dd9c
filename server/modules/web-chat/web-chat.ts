/** The web chat: lets people chat in a browser, without installing anything. Converse.js on a page of ours. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { serveChat } from './page.ts';

const PAGE_DIR = fileURLToPath(new URL('../../../dist/chat', import.meta.url));

export const webChat = defineModule({
  name: 'web-chat',
  summary: 'Lets people chat in a browser, without installing anything.',
  xeps: [],
  config: {
    enabled: setting(
      z.boolean(),
      true,
      'Whether people can chat in a browser, at /chat/ on the port for web clients. The page comes with Snug and ' +
        'connects to this server alone.',
    ),
  },

  start({ config, domain, web }) {
    return {
      http: (server) =>
        serveChat(server, {
          pageDir: PAGE_DIR,
          isEnabled: () => config.enabled,
          domain,
          origin: () => web.origin,
        }),
    };
  },
});
