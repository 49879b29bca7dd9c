/** Where a bridge finds the server, for people. */
import { texts } from './texts.ts';

export function serverAddress(listening: string): string {
  return listening === '::' || listening === '0.0.0.0' ? texts.bridges.anyAddress : listening;
}
