/**
 * Mantine's variables as a constructed style sheet.
 *
 * SECURITY: Mantine would write them into a `<style>` element, and the content security policy would have to allow
 * inline styles for that. A constructed sheet needs no such hole.
 */
import { convertCssVariables, DEFAULT_THEME, mergeMantineTheme } from '@mantine/core';
import { resolveVariables, theme } from './theme.ts';

export function adoptThemeStyles(target: Document): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(resolveVariables(mergeMantineTheme(DEFAULT_THEME, theme))));
  target.adoptedStyleSheets = [...target.adoptedStyleSheets, sheet];
}
