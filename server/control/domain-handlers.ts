/** A domain of one's own: the contract's part in contract/domain.ts. */
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { done, endOf, type Implementer } from './implementer.ts';

/** All of this tells when it changes; this is for what does not, such as a certificate that comes into use. */
const REFRESH_MS = 5_000;

export function createDomainHandlers(os: Implementer, deeds: Deeds) {
  const { clock, domain } = deeds;
  const follow = <T>(read: () => T, signal: AbortSignal) =>
    followSnapshots({ read, signal, clock, onChange: (listener) => domain.onChange(listener), refreshMs: REFRESH_MS });
  return {
    domain: {
      check: os.domain.check.handler(() => domain.check()),
    },
    certificate: {
      acme: {
        status: os.certificate.acme.status.handler(() => domain.certificate()),
        follow: os.certificate.acme.follow.handler((call) => follow(() => domain.certificate(), endOf(call))),
        terms: os.certificate.acme.terms.handler(async () => ({ url: (await domain.terms()) ?? null })),
        begin: os.certificate.acme.begin.handler(({ context: { actor } }) =>
          done(deeds.perform(actor, 'certificate.request', {})),
        ),
        continueDns: os.certificate.acme.continueDns.handler(({ context: { actor } }) =>
          done(deeds.perform(actor, 'certificate.continue', {})),
        ),
        cancel: os.certificate.acme.cancel.handler(({ context: { actor } }) =>
          done(deeds.perform(actor, 'certificate.cancel', {})),
        ),
      },
    },
    ports: {
      status: os.ports.status.handler(() => domain.ports()),
      follow: os.ports.follow.handler((call) => follow(() => domain.ports(), endOf(call))),
      map: os.ports.map.handler(async ({ context: { actor } }) => {
        await deeds.perform(actor, 'ports.map', {});
        return domain.ports();
      }),
      unmap: os.ports.unmap.handler(async ({ context: { actor } }) => {
        await deeds.perform(actor, 'ports.unmap', {});
        return domain.ports();
      }),
    },
  };
}
