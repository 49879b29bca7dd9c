/** The window's own line icons, drawn on a grid of 20. They are decoration: the words beside them say the same. */

const paths = {
  overview: 'M3.5 9.2 10 3.6l6.5 5.6V15.5a1 1 0 0 1-1 1h-3.7v-4.3H8.2v4.3H4.5a1 1 0 0 1-1-1Z',
  people:
    'M7.4 9.4a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8ZM2.2 16.4c.3-2.9 2.4-4.7 5.2-4.7s4.9 1.8 5.2 4.7M13.2 4.1a2.6 2.6 0 0 1 0 4.9M14.8 12.2c1.8.6 2.9 2.1 3.1 4.2',
  files: 'M4.5 3.5h6.8l4.2 4.2v8.8h-11ZM11 3.5V8h4.5M7.5 11.5h5M7.5 14h5',
  bridges: 'M2.5 13.5h15M4.5 16.5v-11M15.5 16.5v-11M4.5 6c1.5 4 3.2 5.3 5.5 5.3S14 10 15.5 6M8 11v2.5M12 11v2.5',
  network: 'M8 2.8h4v4H8ZM2.5 13.2h4v4h-4ZM13.5 13.2h4v4h-4ZM10 6.8V10M4.5 13.2V10h11v3.2',
  reports: 'M4.5 17V3.5h8.7l-1.6 3.2 1.6 3.3H4.5',
  audit: 'M7 4.5H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1v-10a1 1 0 0 0-1-1h-2M7.5 3h5v3h-5ZM7 11l2 2 4-4.2',
  settings:
    'M3 6h8.5M15.5 6H17M3 14h1.5M8.5 14H17M13.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  activity: 'M2.5 10.5h3.2l2.3-5.5 4 10 2.3-4.5h3.2',
  logs: 'M4.5 3.5h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1ZM6.5 7.2h7M6.5 10h7M6.5 12.8h4',
  copy: 'M8 7h7.5a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1ZM13 7V4.5a1 1 0 0 0-1-1H4.5a1 1 0 0 0-1 1V12a1 1 0 0 0 1 1H7',
  check: 'm4 10.5 4 4 8-9',
  cross: 'm5 5 10 10M15 5 5 15',
  plus: 'M10 4v12M4 10h12',
  print: 'M6 7.5v-4h8v4M6 13.5H3.5a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1h13a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1H14M6 11.5h8v5H6Z',
  waiting: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM10 6.5V10l2.5 1.5',
  more: 'M10 5.010V5M10 10.010V10M10 15.010V15',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l3.5 3.5',
  pause: 'M7 4.5v11M13 4.5v11',
  play: 'M6.5 4.4v11.2L15.5 10Z',
  stop: 'M5.5 5.5h9v9h-9Z',
  restart: 'M15.8 11.2A6 6 0 1 1 14.6 6.1L16.5 8M16.5 4v4h-4',
  sun: 'M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M15.5 4.5l-1.1 1.1M5.6 14.4l-1.1 1.1',
  moon: 'M16.5 11.8A6.9 6.9 0 0 1 8.2 3.5a6.9 6.9 0 1 0 8.3 8.3Z',
  screen: 'M3.5 4h13a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM7 17h6M10 14v3',
  offline:
    'M3 3l14 14M6.3 11.2a5.6 5.6 0 0 1 2.3-1.3M3.5 8.4a9.6 9.6 0 0 1 3-1.9M9.8 5.6a9.7 9.7 0 0 1 6.7 2.8M12.4 10.3c.5.3.9.5 1.3.9M10 15.010V15',
  key: 'M12.5 11.5a4 4 0 1 0-3.8-2.8L3 14.4V17h2.6v-1.8h1.8v-1.8h1.8l1.4-2.1M13.5 6.510V6.5',
  device: 'M6.5 2.5h7a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1ZM9.2 14.8h1.6',
  trash: 'M3.5 5.5h13M8 5.5V3.8h4v1.7M5.2 5.5l.7 11h8.2l.7-11M8.5 8.5v5M11.5 8.5v5',
  ban: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM5.5 5.5l9 9',
  shield: 'M10 2.8 4 5v4.5c0 3.7 2.4 6.3 6 7.7 3.6-1.4 6-4 6-7.7V5ZM7.5 9.8l1.9 1.9 3.3-3.6',
  warn: 'M10 3.5 2.8 16.2h14.4ZM10 8.2v3.6M10 14.010V14',
  error: 'M6.7 3.5h6.6l3.2 3.2v6.6l-3.2 3.2H6.7l-3.2-3.2V6.7ZM10 6.5v4M10 13.510V13.5',
  info: 'M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM10 9.5v4M10 6.710V6.7',
  bug: 'M6.5 9.5a3.5 3.5 0 0 1 7 0v3a3.5 3.5 0 0 1-7 0ZM7.5 6.5l-1.8-2M12.5 6.5l1.8-2M6.5 10.5H3M17 10.5h-3.5M6.7 14l-2.5 1.8M13.3 14l2.5 1.8',
  down: 'M10 4v11.5M5 10.5l5 5 5-5',
  folder: 'M2.5 5.5a1 1 0 0 1 1-1h4l1.8 2h7.2a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1Z',
  speak: 'M3.5 8.2v3.6h2.6l6.4 3.4V4.8L6.1 8.2ZM15 8a3.2 3.2 0 0 1 0 4M6.3 11.8l1 4',
  undo: 'M7 4 3.5 7.5 7 11M3.5 7.5h8a4.5 4.5 0 0 1 0 9H7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.6 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
