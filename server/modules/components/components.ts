/** XEP-0114: Jabber Component Protocol. Lets bridges and bots run as programs of their own with an address of their own. */
import { generatePassword } from '../../accounts/passwords.ts';
import { NO_GRANTS } from '../../administration/component-grants.ts';
import { prepareDomainpart } from '../../jid/domainpart.ts';
import {
  COMPONENTS,
  type Component,
  type ComponentDoor,
  ComponentError,
  type ComponentEvent,
  type ComponentInterceptor,
  type ComponentsService,
} from '../../modulehost/components.ts';
import { defineModule } from '../../modulehost/module.ts';
import { provide } from '../../modulehost/services.ts';
import { errorReply, StanzaError } from '../../stanza/error.ts';
import type { AddressedStanza } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { ComponentRoute } from './component-route.ts';
import { Connections } from './connections.ts';
import { findGrantsFault } from './grants.ts';
import { readComponentStanza } from './inbound.ts';
import { componentsSettings } from './settings.ts';
import {
  COMPONENT_MIGRATIONS,
  deleteComponent,
  readComponents,
  type StoredComponent,
  writeComponent,
} from './store.ts';

export const components = defineModule({
  name: 'components',
  summary: 'Lets bridges to other networks and other programs join the server.',
  xeps: [{ xep: '0114', version: '1.6' }],
  config: componentsSettings,
  migrations: COMPONENT_MIGRATIONS,
  provides: [COMPONENTS],

  start(host) {
    const { domain: serverDomain, router, reader, writer, clock, log, disco } = host;
    const known = new Map<string, StoredComponent>();
    /** What takes the route of a component back. */
    const routes = new Map<string, () => void>();
    const interceptors = new Set<ComponentInterceptor>();
    const listeners = new Set<(event: ComponentEvent, component: Component) => void>();
    const connections = new Connections({
      domain: serverDomain,
      limits: host.config,
      clock,
      randomId: host.randomId,
      log,
      secretOf: (domain) => (routes.has(domain) ? known.get(domain)?.secret : undefined),
      receive,
      came: (domain) => tell('come', domain),
      left: (domain) => tell('gone', domain),
    });

    let door: ComponentDoor | undefined;

    for (const stored of readComponents(reader)) {
      known.set(stored.domain, stored);
      if (router.routes.has(stored.domain)) {
        log.warn({ component: stored.domain }, 'a component is left out: a service of the server has its address');
      } else {
        open(stored.domain);
      }
    }

    /** Gives a component its address. */
    function open(domain: string): void {
      const route = new ComponentRoute({ domain, router, stream: () => connections.of(domain) });
      router.routes.set(domain, route);
      const unlist = disco.add({ items: [{ jid: domain, name: domain }] });
      routes.set(domain, () => {
        router.routes.delete(domain);
        routes.delete(domain);
        unlist();
      });
    }

    function summarize({ domain, grants, createdAtMs }: StoredComponent): Component {
      const stream = connections.of(domain);
      const connection = stream && { sinceMs: stream.sinceMs, remoteAddress: stream.remoteAddress };
      return { domain, grants, createdAtMs, connection };
    }

    function tell(event: ComponentEvent, domain: string): void {
      const stored = known.get(domain);
      if (stored === undefined) return;
      for (const listener of [...listeners]) listener(event, summarize(stored));
    }

    function receive(domain: string, element: Element): void | Promise<void> {
      const inbound = readComponentStanza(element, { domain, serverDomain });
      if ('end' in inbound) return connections.of(domain)?.close(inbound.end);
      if ('refused' in inbound) return answerMistake(domain, inbound.refused, inbound.error);
      const { stanza } = inbound;
      try {
        const verdict = intercept(stanza, domain);
        if (verdict === 'handled') return;
        if (verdict !== undefined) return router.refuse(stanza, verdict);
        return router.route(stanza);
      } catch (error) {
        log.error({ err: error, kind: stanza.kind, component: domain }, 'a stanza failed by a fault of the server');
        router.refuse(stanza, new StanzaError('internal-server-error'));
      }
    }

    function intercept(stanza: AddressedStanza, domain: string) {
      const stored = known.get(domain);
      if (stored === undefined || interceptors.size === 0) return undefined;
      const component = summarize(stored);
      for (const interceptor of interceptors) {
        const verdict = interceptor(stanza, component);
        if (verdict !== undefined) return verdict;
      }
      return undefined;
    }

    /** RFC 6120 section 8.3.1: neither errors nor results are answered with an error. */
    function answerMistake(domain: string, refused: Element, error: StanzaError): void {
      const type = refused.attr('type');
      if (type === 'error' || type === 'result') return;
      const reply = errorReply(refused, error);
      const from = reply.attr('from') ?? serverDomain;
      connections.of(domain)?.send(reply.withAttr('from', from));
    }

    function stored(domain: string): StoredComponent {
      const found = known.get(domain);
      if (found === undefined) throw new ComponentError('not-found', `There is no component called ${domain}.`);
      return found;
    }

    const newSecret = () => generatePassword((size) => Buffer.from(host.randomId(size), 'hex'));

    async function replace(component: StoredComponent): Promise<void> {
      await writer.write([writeComponent(component)]);
      // It may have been removed while this was written; then that is on its way to the disk behind it.
      if (known.has(component.domain)) known.set(component.domain, component);
    }

    /** The domain that `name` stands for, if nobody has it. */
    function newDomain(name: string): string {
      const domain = prepareDomainpart(name.includes('.') ? name : `${name}.${serverDomain}`);
      if (domain === undefined || domain.startsWith('[')) {
        throw new ComponentError('invalid', `“${name}” is not a domain name, such as bridge.${serverDomain}.`);
      }
      if (known.has(domain)) throw new ComponentError('conflict', `There is a component called ${domain} already.`);
      if (router.routes.has(domain)) {
        throw new ComponentError('conflict', `${domain} is an address of the server itself.`);
      }
      return domain;
    }

    async function openDoor(): Promise<void> {
      try {
        await door?.open();
      } catch (error) {
        throw new ComponentError('port', error instanceof Error ? error.message : String(error), error);
      }
    }

    const service: ComponentsService = {
      list: () => [...known.values()].map(summarize),
      find(domain) {
        const found = known.get(domain);
        return found && summarize(found);
      },
      async add(name) {
        const domain = newDomain(name);
        const secret = newSecret();
        const component = { domain, secret, grants: NO_GRANTS, createdAtMs: clock.now() };
        known.set(domain, component); // the name is taken from now on
        try {
          await openDoor();
          await replace(component);
        } catch (error) {
          known.delete(domain);
          throw error;
        }
        open(domain);
        log.info({ component: domain }, 'component added');
        return { domain, secret };
      },
      async renewSecret(domain) {
        const secret = newSecret();
        await replace({ ...stored(domain), secret });
        connections.close(domain, 'not-authorized', 'The secret of this component has been changed.');
        return secret;
      },
      async grant(domain, grants) {
        const component = stored(domain);
        const others = [...known.values()].filter((other) => other !== component).map((other) => other.grants);
        const fault = findGrantsFault(grants, others);
        if (fault !== undefined) throw new ComponentError('invalid', fault);
        await replace({ ...component, grants });
        log.info({ component: domain }, 'grants of a component changed');
        tell('granted', domain);
      },
      async remove(domain) {
        const component = stored(domain);
        known.delete(domain); // nothing can be granted to it from now on, which would bring it back
        try {
          await writer.write([deleteComponent(domain)]);
        } catch (error) {
          known.set(domain, component);
          throw error;
        }
        connections.close(domain, 'host-gone', 'This component has been removed.');
        routes.get(domain)?.();
        if (known.size === 0) door?.close();
        for (const listener of [...listeners]) listener('gone', summarize(component));
        log.info({ component: domain }, 'component removed');
      },
      intercept: (interceptor) => include(interceptors, interceptor),
      on: (listener) => include(listeners, listener),
      async attachDoor(newDoor) {
        door = newDoor;
        if (known.size > 0) await door.open();
      },
      accept: (transport) => connections.accept(transport),
    };

    return {
      provides: [provide(COMPONENTS, service)],
      async stop() {
        await connections.closeAll();
        for (const close of [...routes.values()]) close();
      },
    };
  },
});

function include<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}
