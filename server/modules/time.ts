/** XEP-0202: Entity Time. Tells the server's time and time zone. */
import { defineModule } from '../modulehost/module.ts';
import { iqGet } from '../router/iq-table.ts';
import { el } from '../xml/element.ts';

const NS_TIME = 'urn:xmpp:time';
const MINUTES_PER_HOUR = 60;

export const time = defineModule({
  name: 'time',
  summary: 'Tells the time of the server, so that a device can compare its own.',
  xeps: [
    { xep: '0202', version: '2.0' },
    { xep: '0082', version: '1.1.1' },
  ],
  features: [NS_TIME],

  start: (host) => ({
    iq: [
      iqGet([NS_TIME, 'time'], ['server', 'self'], () => {
        const now = new Date(host.clock.now());
        return el(
          'time',
          NS_TIME,
          undefined,
          el('tzo', NS_TIME, undefined, zoneOffset(-now.getTimezoneOffset())),
          el('utc', NS_TIME, undefined, now.toISOString()),
        );
      }),
    ],
  }),
});

/** Minutes east of UTC as `+hh:mm` or `-hh:mm` (XEP-0082 section 2.1); never `Z`, which some clients cannot read here. */
export function zoneOffset(minutesEast: number): string {
  const minutes = Math.abs(minutesEast);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${minutesEast < 0 ? '-' : '+'}${pad(Math.floor(minutes / MINUTES_PER_HOUR))}:${pad(minutes % MINUTES_PER_HOUR)}`;
}
