/** macOS and Windows, as far as that can be told without them: which of their programs are run, and how. */
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateKeyPem, issueAuthority } from '../../../server/certificates/issue.ts';
import { ThisComputer } from '../../../server/certificates/trust/this-computer.ts';
import { fakeRun } from './fake-run.ts';

const keyPem = await generateKeyPem();
const pem = await issueAuthority({ domain: 'miller.local', keyPem, nowMs: Date.now() });
const authority = { name: 'Snug CA for miller.local', pem };
const SHA1 = new X509Certificate(pem).fingerprint.replaceAll(':', '');

type Answers = Parameters<typeof fakeRun>[0];

function mac(answer: Answers) {
  const { run, ran } = fakeRun(answer);
  const surroundings = { platform: 'darwin', home: '/Users/anna', environment: {}, run } as const;
  return { computer: new ThisComputer(surroundings, '/data/ca.pem'), ran };
}

function windows(answer: Answers) {
  const { run, ran } = fakeRun(answer);
  const environment = { SystemRoot: 'D:\\Windows' };
  const surroundings = { platform: 'win32', home: 'C:\\Users\\Anna', environment, run } as const;
  return { computer: new ThisComputer(surroundings, 'C:\\data\\ca.pem'), ran };
}

const KEYCHAIN = '/Users/anna/Library/Keychains/login.keychain-db';
const CERTUTIL = 'D:\\Windows\\System32\\certutil.exe';
const found = { stdout: `SHA-1 hash: ${SHA1}\n` };

test('on a Mac the login keychain takes it as a root', async () => {
  const { computer, ran } = mac((line) => (line.includes('find-certificate') ? { status: 44 } : undefined));
  await computer.install(authority);
  expect(ran).toEqual([
    `/usr/bin/security find-certificate -a -Z -c ${authority.name} ${KEYCHAIN}`,
    `/usr/bin/security add-trusted-cert -r trustRoot -k ${KEYCHAIN} FILE`,
  ]);
});

test('on a Mac a certificate that is kept without trust counts as not trusted', async () => {
  const { computer } = mac((line) =>
    line.includes('find-certificate') ? found : { status: line.includes('verify-cert') ? 1 : 0 },
  );
  const { places } = await computer.report(authority);
  expect(places).toEqual([{ name: 'the keychain of this user', isTrusted: false }]);
  const trusted = mac((line) => (line.includes('find-certificate') ? found : undefined));
  expect((await trusted.computer.report(authority)).places[0]?.isTrusted).toBe(true);
});

test('on a Mac trust and certificate are taken away, also where the trust was gone already', async () => {
  const { computer, ran } = mac((line) => {
    if (line.includes('find-certificate')) return found;
    return line.includes('remove-trusted-cert') ? { status: 1 } : undefined;
  });
  await computer.remove(authority);
  expect(ran.slice(1)).toEqual([
    '/usr/bin/security remove-trusted-cert FILE',
    `/usr/bin/security delete-certificate -Z ${SHA1} ${KEYCHAIN}`,
  ]);
});

test('on a Mac a cancelled dialog is said in the words of the system', async () => {
  const { computer } = mac((line) => {
    if (line.includes('find-certificate')) return { status: 44 };
    return { status: 1, stderr: 'SecTrustSettingsSetTrustSettings: The authorization was canceled by the user.\n' };
  });
  await expect(computer.install(authority)).rejects.toMatchObject({
    name: 'TrustError',
    message:
      'The keychain did not take it: SecTrustSettingsSetTrustSettings: The authorization was canceled by the user.',
  });
});

test('on Windows the roots of the user take it, by the program of the system and no other of that name', async () => {
  const { computer, ran } = windows((line) => (line.includes('-store') ? { status: 1 } : undefined));
  expect((await computer.report(authority)).places).toEqual([
    { name: 'the certificates of this user', isTrusted: false },
  ]);
  await computer.install(authority);
  expect(ran.slice(1)).toEqual([`${CERTUTIL} -user -store Root ${SHA1}`, `${CERTUTIL} -user -addstore Root FILE`]);
});

test('on Windows it is taken away by its fingerprint, and what is not there is left alone', async () => {
  const there = windows(() => undefined);
  await there.computer.remove(authority);
  expect(there.ran).toEqual([`${CERTUTIL} -user -store Root ${SHA1}`, `${CERTUTIL} -user -delstore Root ${SHA1}`]);
  const gone = windows(() => ({ status: 1 }));
  await gone.computer.remove(authority);
  expect(gone.ran).toEqual([`${CERTUTIL} -user -store Root ${SHA1}`]);
});

test('on Windows a “no” is a refusal', async () => {
  const { computer } = windows(() => ({ status: -2_147_023_673, stdout: 'The operation was canceled by the user.' }));
  await expect(computer.install(authority)).rejects.toThrow(
    'Windows did not take it: The operation was canceled by the user.',
  );
});

test('a system that nobody has thought of is said to be that', async () => {
  const surroundings = { platform: 'sunos', home: '/', environment: {}, run: fakeRun(() => undefined).run } as const;
  const computer = new ThisComputer(surroundings, '/ca.pem');
  await expect(computer.install(authority)).rejects.toThrow('does not know how this system');
  expect(await computer.report(authority)).toMatchObject({ places: [], hint: expect.any(String) });
});
