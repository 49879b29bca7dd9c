import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  asciiDomain,
  coversDomain,
  encodeSubjectAltName,
  namesOfDomain,
  readCertificateNames,
} from '../../server/certificates/certificate-names.ts';
import { makePem, temporaryFolder } from './pem-maker.ts';

const NONE = { dns: [], xmppAddr: [], srv: [], ip: [] };

describe('the names of a domain', () => {
  test('a domain proves itself and its rooms in all three forms', () => {
    expect(namesOfDomain('miller.local')).toEqual({
      dns: ['miller.local', 'rooms.miller.local'],
      xmppAddr: ['miller.local', 'rooms.miller.local'],
      srv: ['_xmpp-client.miller.local', '_xmpp-server.miller.local'],
      ip: [],
    });
  });

  test('an internationalised domain is A-labels for DNS and Unicode in the XMPP address', () => {
    expect(namesOfDomain('müller.local')).toEqual({
      dns: ['xn--mller-kva.local', 'rooms.xn--mller-kva.local'],
      xmppAddr: ['müller.local', 'rooms.müller.local'],
      srv: ['_xmpp-client.xn--mller-kva.local', '_xmpp-server.xn--mller-kva.local'],
      ip: [],
    });
    expect(namesOfDomain('xn--mller-kva.local')).toEqual(namesOfDomain('müller.local'));
  });

  test('capitals and a final dot do not matter, and what is no domain has no ASCII form', () => {
    expect(asciiDomain('Miller.LOCAL.')).toBe('miller.local');
    expect(asciiDomain('mill er.local')).toBeUndefined();
    expect(asciiDomain('')).toBeUndefined();
  });
});

describe('reading the names of a certificate', () => {
  test('the names in a certificate that openssl made are found', () => {
    const made = makePem(temporaryFolder(), 'foreign', {
      subjectAltName:
        'DNS:Example.ORG,IP:192.0.2.1,IP:2001:db8::1,email:a@example.org,' +
        'otherName:1.3.6.1.5.5.7.8.5;UTF8:chat.example.org,otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.example.org,' +
        'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:someone@example.org',
    });
    expect(readCertificateNames(new X509Certificate(readFileSync(made.certificatePath)).raw)).toEqual({
      dns: ['example.org'],
      xmppAddr: ['chat.example.org'],
      srv: ['_xmpp-client.example.org'],
      ip: ['192.0.2.1', '2001:db8::1'],
    });
  });

  test('a certificate without alternative names has none', () => {
    const made = makePem(temporaryFolder(), 'bare');
    expect(readCertificateNames(new X509Certificate(readFileSync(made.certificatePath)).raw)).toEqual(NONE);
  });

  test('the alternative name is encoded by the rules of RFC 5280', () => {
    const encoded = encodeSubjectAltName({ dns: ['a.b'], xmppAddr: ['ü'], srv: ['_x.a'], ip: ['10.0.0.1'] }).toString(
      'hex',
    );
    const dns = '8203612e62';
    const xmppAddr = 'a01006082b06010505070805a0040c02c3bc';
    const srv = 'a01206082b06010505070807a00616045f782e61';
    expect(encoded).toBe(`3031${dns}${xmppAddr}${srv}87040a000001`);
  });
});

describe('whether names cover a domain', () => {
  test.each([
    ['the same name', { ...NONE, dns: ['example.org'] }, true],
    ['another name', { ...NONE, dns: ['example.com'] }, false],
    ['a name below it', { ...NONE, dns: ['chat.example.org'] }, false],
    ['a wildcard for its parent', { ...NONE, dns: ['*.org'] }, true],
    ['a wildcard for what is below it', { ...NONE, dns: ['*.example.org'] }, false],
    ['a wildcard that is part of a label', { ...NONE, dns: ['ex*.org'] }, false],
    ['a bare wildcard', { ...NONE, dns: ['*'] }, false],
    ['its XMPP address', { ...NONE, xmppAddr: ['Example.org'] }, true],
    ['another XMPP address', { ...NONE, xmppAddr: ['chat.example.org'] }, false],
    ['its client service', { ...NONE, srv: ['_xmpp-client.example.org'] }, true],
    ['only its server service', { ...NONE, srv: ['_xmpp-server.example.org'] }, false],
  ])('%s', (_what, names, expected) => {
    expect(coversDomain(names, 'example.org')).toBe(expected);
  });

  test('a wildcard stands for exactly one label', () => {
    expect(coversDomain({ ...NONE, dns: ['*.example.org'] }, 'chat.example.org')).toBe(true);
    expect(coversDomain({ ...NONE, dns: ['*.example.org'] }, 'a.chat.example.org')).toBe(false);
  });
});
