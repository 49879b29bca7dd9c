/** Where components connect and how much they may send; read by the module and by who opens the port. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { type SettingsGroup, setting } from '../../config/setting.ts';

const port = z.int().min(0).max(65_535);

export const componentsSettings = {
  port: setting(
    z.union([port, z.literal('off')]),
    5347,
    'The port for components such as bridges to other networks (XEP-0114). It is open while there are any. 0 picks a free one.',
    { appliesOnRestart: true },
  ),
  address: setting(
    z
      .string()
      .refine((text) => isIP(text) !== 0)
      .meta({ description: 'an IP address, such as 127.0.0.1 or ::1' }),
    '127.0.0.1',
    'The address to listen on for components. They talk without encryption: let them run on this computer, or in a ' +
      'network that nobody else can listen to.',
    { appliesOnRestart: true },
  ),
  // A picture in a profile, as for clients, with room for what a bridge wraps around it.
  maxStanzaBytes: setting(
    z.int().min(10_000).max(16_777_216),
    524_288,
    'The largest stanza that a component may send, in bytes.',
  ),
  maxBufferedBytes: setting(
    z.int().min(65_536).max(1_073_741_824),
    16_777_216,
    'How much may wait for a component that reads slowly, in bytes. Beyond that its connection is dropped.',
  ),
} satisfies SettingsGroup;
