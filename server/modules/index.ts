/**
 * The modules: the list of features. Whoever provides a service stands before those who need it, and within a stage
 * modules come in this order.
 */
import type { Module } from '../modulehost/module.ts';
import { ping } from './ping.ts';

export const modules: readonly Module[] = [ping];
