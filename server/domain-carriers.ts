/** How the deeds about a domain of one's own are carried out. */
import { DeedError } from './administration/deed-error.ts';
import type { Carriers } from './administration/deeds.ts';
import type { Acme } from './certificates/acme/acme.ts';
import { AcmeError } from './certificates/acme/acme-error.ts';

/** What only a server on a computer has. */
export interface DomainKeeper {
  readonly acme: Pick<Acme, 'begin' | 'continueDns' | 'cancel'>;
  /** Changes the setting, and resolves when the router has answered. */
  mapPorts(isOn: boolean): Promise<void>;
}

type DomainCarriers = Pick<
  Carriers,
  'certificate.request' | 'certificate.continue' | 'certificate.cancel' | 'ports.map' | 'ports.unmap'
>;

export function createDomainCarriers(find: () => DomainKeeper | undefined): DomainCarriers {
  const keeper = (): DomainKeeper => {
    const found = find();
    if (found === undefined)
      throw new DeedError('refused', 'This server has no certificate and no router to look after.');
    return found;
  };
  return {
    'certificate.request': () => said(() => keeper().acme.begin()),
    'certificate.continue': () => said(() => keeper().acme.continueDns()),
    'certificate.cancel': () => keeper().acme.cancel(),
    'ports.map': () => keeper().mapPorts(true),
    'ports.unmap': () => keeper().mapPorts(false),
  };
}

function said(deed: () => void): void {
  try {
    deed();
  } catch (error) {
    if (error instanceof AcmeError) throw new DeedError('refused', error.message);
    throw error;
  }
}
