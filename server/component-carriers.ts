/** How the deeds about components are carried out. */
import { DeedError, type DeedErrorCode } from './administration/deed-error.ts';
import type { Carriers } from './administration/deeds.ts';
import {
  COMPONENTS,
  ComponentError,
  type ComponentErrorCode,
  type ComponentsService,
} from './modulehost/components.ts';
import type { ServiceToken } from './modulehost/services.ts';

const CODES: Readonly<Record<ComponentErrorCode, DeedErrorCode>> = {
  conflict: 'conflict',
  invalid: 'invalid',
  'not-found': 'not-found',
  port: 'refused',
};

type ComponentCarriers = Pick<
  Carriers,
  'components.add' | 'components.renewSecret' | 'components.grant' | 'components.remove'
>;

export function createComponentCarriers(find: <T>(token: ServiceToken<T>) => T): ComponentCarriers {
  const carry = async <T>(deed: (components: ComponentsService) => Promise<T>): Promise<T> => {
    try {
      return await deed(find(COMPONENTS));
    } catch (error) {
      if (error instanceof ComponentError) throw new DeedError(CODES[error.code], error.message);
      throw error;
    }
  };
  return {
    'components.add': ({ name }) => carry((components) => components.add(name)),
    'components.renewSecret': ({ domain }) => carry((components) => components.renewSecret(domain)),
    'components.grant': ({ domain, grants }) => carry((components) => components.grant(domain, grants)),
    'components.remove': ({ domain }) => carry((components) => components.remove(domain)),
  };
}
