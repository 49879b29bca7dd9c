/** Loaded before a program (`node --import`), puts the double in the place of `electron`. */
import { registerHooks } from 'node:module';

const DOUBLE = new URL('./electron-module.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: DOUBLE, shortCircuit: true } : next(specifier, context),
});
