/** What a camera makes of a QR code, by zbar, which we did not write. */
import { spawnSync } from 'node:child_process';

/** Why codes cannot be read here; undefined when they can. */
export function whyNoZbar(): string | undefined {
  return spawnSync('zbarimg', ['--version']).status === 0 ? undefined : 'zbar-tools is not installed';
}

/** The one code in a picture; what is in it byte by byte. */
export function readQrCode(png: Buffer): string {
  const { status, stdout, stderr } = spawnSync('zbarimg', ['--quiet', '--raw', '-Sbinary', '-'], { input: png });
  if (status !== 0) throw new Error(`zbarimg found no code (status ${status}): ${stderr}`);
  return stdout.toString('utf8');
}
