import type { Module } from '../modulehost/module.ts';

export const modules: readonly Module[] = [];
