/** Snug's sign: a house that is a speech bubble, with somebody at ease inside. The same drawing as logo.svg. */
export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        d="M14.2 3.6a2.8 2.8 0 0 1 3.6 0l9.6 8.1a2.8 2.8 0 0 1 1 2.1V22a3.6 3.6 0 0 1-3.6 3.6H15.4l-5.2 4.1a1.2 1.2 0 0 1-2-1v-3.1H7.2A3.6 3.6 0 0 1 3.6 22v-8.2a2.8 2.8 0 0 1 1-2.1Z"
        fill="#c85a2e"
      />
      <path
        d="M10.6 16.4c1.1 2.6 3 3.9 5.4 3.9s4.3-1.3 5.4-3.9"
        fill="none"
        stroke="#fff6ee"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}
