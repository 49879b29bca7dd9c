/** The entry of the desktop app: hands Electron and the computer to the shell. */
import * as electron from 'electron';
import { startDesktop } from './desktop.ts';
import { processSystem } from './system.ts';

startDesktop(electron, processSystem());
