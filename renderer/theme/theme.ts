/** Mantine in Snug's clothes: warm greys, an ember accent, soft corners, the system's own typefaces. */
import {
  type CSSVariablesResolver,
  createTheme,
  defaultCssVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  Menu,
  type VariantColorsResolver,
} from '@mantine/core';

const ember: MantineColorsTuple = [
  '#fdf3ed',
  '#fbe5d9',
  '#f5cab4',
  '#efae8d',
  '#ea986f',
  '#dd7349',
  '#c85a2e',
  '#b04a22',
  '#933c1b',
  '#6f2d15',
];
const warmGray: MantineColorsTuple = [
  '#faf7f3',
  '#f4efe8',
  '#ebe4db',
  '#e0d7cc',
  '#cfc4b7',
  '#a99d90',
  '#6b6056',
  '#564c43',
  '#3f3731',
  '#2b2420',
];
const warmDark: MantineColorsTuple = [
  '#efe7de',
  '#d8cdc2',
  '#b3a699',
  '#8d8175',
  '#52473e',
  '#38302a',
  '#2a241f',
  '#1a1613',
  '#15110f',
  '#0f0c0a',
];
const clayRed: MantineColorsTuple = [
  '#fdeeec',
  '#fadbd7',
  '#f3b7b0',
  '#ec9188',
  '#f4968b',
  '#d9534a',
  '#c63b32',
  '#ae2a22',
  '#8e211b',
  '#6d1a15',
];

const SYSTEM_FONTS =
  '-apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Inter, Cantarell, Ubuntu, "Noto Sans", system-ui, sans-serif';
const MONO_FONTS =
  'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "JetBrains Mono", "DejaVu Sans Mono", monospace';

/** Filled buttons are dark in the light and light in the dark; their letters the other way round. */
function letterColours(input: Parameters<VariantColorsResolver>[0]): ReturnType<VariantColorsResolver> {
  const colours = defaultVariantColorsResolver(input);
  return input.variant === 'filled' ? { ...colours, color: 'light-dark(#ffffff, #2a160d)' } : colours;
}

export const theme = createTheme({
  primaryColor: 'ember',
  // Lighter in the dark, with dark letters on it.
  primaryShade: { light: 7, dark: 4 },
  black: '#2b2420',
  colors: { ember, red: clayRed, gray: warmGray, dark: warmDark },
  variantColorResolver: letterColours,
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace: MONO_FONTS,
  headings: { fontFamily: SYSTEM_FONTS, fontWeight: '650' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '9px', lg: '14px', xl: '20px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Its place for the first focus is an element that a menu may not have inside (WAI-ARIA 1.2, menu).
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
  },
});

/** Where Mantine's own choices do not reach the contrast that small text needs. */
export const resolveVariables: CSSVariablesResolver = (resolved) => {
  const base = defaultCssVariablesResolver(resolved);
  const shared = {
    '--mantine-color-body': 'var(--snug-page)',
    '--mantine-color-text': 'var(--snug-text)',
    '--mantine-color-dimmed': 'var(--snug-dim)',
    '--mantine-color-placeholder': 'var(--snug-dim)',
    '--mantine-color-anchor': 'var(--snug-accent)',
    '--mantine-color-error': 'var(--snug-bad)',
    '--mantine-color-success': 'var(--snug-ok)',
    '--mantine-color-default': 'var(--snug-surface)',
    '--mantine-color-default-hover': 'var(--snug-sunken)',
    '--mantine-color-default-color': 'var(--snug-text)',
    '--mantine-color-default-border': 'var(--snug-line-strong)',
    '--mantine-color-disabled': 'var(--snug-sunken)',
    '--mantine-color-disabled-color': 'var(--snug-dim)',
    '--mantine-color-disabled-border': 'var(--snug-line)',
  };
  return {
    variables: base.variables,
    light: { ...base.light, ...shared },
    dark: { ...base.dark, ...shared },
  };
};
