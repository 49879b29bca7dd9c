/** How the deeds about certificates are carried out. */
import { DeedError } from './administration/deed-error.ts';
import type { Carriers } from './administration/deeds.ts';
import { CertificateError } from './certificates/certificate-error.ts';
import { TrustError } from './certificates/trust/trust-store.ts';

/** What only who opened the certificates can do. Refuses with a CertificateError or a TrustError. */
export interface TrustKeeper {
  rotate(): Promise<void>;
  trustHere(): Promise<void>;
  distrustHere(): Promise<void>;
}

type TrustCarriers = Pick<Carriers, 'certificates.rotate' | 'certificates.trustHere' | 'certificates.distrustHere'>;

/** `keeper`: undefined where the server has no certificates, as in scenes. */
export function createTrustCarriers(keeper: () => TrustKeeper | undefined): TrustCarriers {
  const carry = async (deed: (keeper: TrustKeeper) => Promise<void>): Promise<void> => {
    const found = keeper();
    if (found === undefined) throw new DeedError('refused', 'This server has no certificates of its own.');
    try {
      await deed(found);
    } catch (error) {
      if (error instanceof CertificateError || error instanceof TrustError)
        throw new DeedError('refused', error.message);
      throw error;
    }
  };
  return {
    'certificates.rotate': () => carry((trust) => trust.rotate()),
    'certificates.trustHere': () => carry((trust) => trust.trustHere()),
    'certificates.distrustHere': () => carry((trust) => trust.distrustHere()),
  };
}
