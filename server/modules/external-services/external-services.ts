/** XEP-0215: External Service Discovery. Tells apps which STUN and TURN servers help their calls through routers. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { iqGet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { type ExternalService, parseServiceUri } from './service-uri.ts';

const NS_EXTDISCO = 'urn:xmpp:extdisco:2';
const SECOND_MS = 1_000;

const serviceUri = z
  .string()
  .refine((text) => parseServiceUri(text) !== undefined)
  .meta({ description: 'an address such as stun:stun.example.org or turn:turn.example.org:3478?transport=udp' });

export const externalServices = defineModule({
  name: 'external-services',
  summary: 'Tells apps which STUN and TURN servers help their calls through routers.',
  xeps: [{ xep: '0215', version: '1.0.0' }],
  features: [NS_EXTDISCO],
  config: {
    services: setting(
      z.array(serviceUri).max(20),
      [],
      'STUN and TURN servers, such as stun:stun.example.org or turn:turn.example.org:3478?transport=udp.',
    ),
    secret: setting(
      z.string().max(1_000),
      '',
      'The secret that the TURN servers share with this server (static-auth-secret of coturn). Empty: they need no password.',
      { isSecret: true },
    ),
    credentialSeconds: setting(
      z.int().min(60).max(604_800),
      86_400,
      'How long a password for the TURN servers is good, in seconds.',
    ),
  },

  start({ config, clock, domain, accounts }) {
    /** SECURITY: who gets a password can send traffic through the TURN server. */
    function isOurs({ iq }: Request): boolean {
      return iq.from.domain === domain && accounts.has(iq.from.local);
    }

    function services(request: Request): Element | StanzaError {
      if (!isOurs(request)) return new StanzaError('forbidden');
      const type = request.payload.attr('type');
      const wanted = configured().filter((service) => type === undefined || service.type === type);
      return el(
        'services',
        NS_EXTDISCO,
        { type },
        wanted.map((service) => serviceElement(service, request.iq.from.local)),
      );
    }

    /** Section 3.3: by host and type, and by port where it is given. */
    function credentials(request: Request): Element | StanzaError {
      if (!isOurs(request)) return new StanzaError('forbidden');
      const asked = request.payload.child('service', NS_EXTDISCO);
      const [host, type, port] = ['host', 'type', 'port'].map((name) => asked?.attr(name));
      if (host === undefined || type === undefined)
        return new StanzaError('bad-request', 'Name the service by its host and type.');
      const found = configured().filter(
        (service) =>
          service.host === host.toLowerCase() &&
          service.type === type &&
          (port === undefined || String(service.port) === port),
      );
      if (found.length === 0) return new StanzaError('item-not-found');
      return el(
        'credentials',
        NS_EXTDISCO,
        undefined,
        found.map((service) => serviceElement(service, request.iq.from.local)),
      );
    }

    function configured(): readonly ExternalService[] {
      return config.services.flatMap((uri) => parseServiceUri(uri) ?? []);
    }

    function serviceElement({ type, host, port, transport }: ExternalService, account: string): Element {
      const attributes = { type, host, port: String(port), transport };
      if (config.secret === '' || !type.startsWith('turn')) return el('service', NS_EXTDISCO, attributes);
      const expiresAtMs = clock.now() + config.credentialSeconds * SECOND_MS;
      // The scheme that coturn calls use-auth-secret. The name tells the TURN server's log who it was.
      const username = `${Math.floor(expiresAtMs / SECOND_MS)}:${account}`;
      const password = createHmac('sha1', config.secret).update(username).digest('base64');
      return el('service', NS_EXTDISCO, {
        ...attributes,
        username,
        password,
        restricted: 'true',
        expires: new Date(expiresAtMs).toISOString(),
      });
    }

    return {
      iq: [
        iqGet([NS_EXTDISCO, 'services'], ['server'], services),
        iqGet([NS_EXTDISCO, 'credentials'], ['server'], credentials),
      ],
    };
  },
});
