/** TLS as the server speaks it (RFC 7590, RFC 9325): 1.2 and 1.3, forward secrecy and AEAD ciphers only. */
import { constants, createHash, type X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { ChannelBindingType, TlsState } from '../stream/transport.ts';

const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** RFC 9266 section 4. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;
/** RFC 5929 section 4.1: certificates signed with these are hashed with SHA-256 all the same. */
const WEAK_SIGNATURE_HASHES = /^(md5|sha1)/i;

/** A certificate with its key, ready for handshakes. */
export interface ServerTls {
  /** What the context is made of, for servers that make their own. */
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
  /** For who opens a page by IP address; left out where they are shown the same. */
  readonly byAddress?: ServerTls;
}

interface PemPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export function createServerTls(identity: PemPair & { readonly byAddress?: PemPair }): ServerTls {
  const options: SecureContextOptions = {
    cert: identity.certificatePem,
    key: identity.keyPem,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    ecdhCurve: 'X25519:prime256v1:secp384r1',
    // SECURITY: renegotiation is how TLS 1.2 peers burn our processor; nothing in XMPP needs it.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  };
  const { byAddress } = identity;
  return {
    options,
    context: createSecureContext(options),
    ...(byAddress && { byAddress: createServerTls(byAddress) }),
  };
}

/** The channel binding data `tls-server-end-point` (RFC 5929 section 4). */
function endPointOf(certificate: X509Certificate): Uint8Array {
  return createHash(endPointHash(certificate)).update(certificate.raw).digest();
}

/** The hash of the certificate's own signature; SHA-256 where it has none of its own (Ed25519) or a weak one. */
function endPointHash(certificate: X509Certificate): string {
  const algorithm = certificate.signatureAlgorithm ?? '';
  const hash = /(sha(?:1|224|256|384|512)|md5)/i.exec(algorithm)?.[1]?.toLowerCase() ?? 'sha256';
  return WEAK_SIGNATURE_HASHES.test(hash) ? 'sha256' : hash;
}

/** What a stream may know of an established connection. */
export function readTlsState(socket: TLSSocket): TlsState {
  const version = socket.getProtocol() ?? 'unknown';
  // RFC 9266 section 4.2: before TLS 1.3 the exporter is unique only with the extended master secret, which Node does not tell.
  const types: ChannelBindingType[] =
    version === 'TLSv1.3' ? ['tls-exporter', 'tls-server-end-point'] : ['tls-server-end-point'];
  return {
    version,
    cipher: socket.getCipher().name,
    channelBindingTypes: types,
    isLooselyResumed: version !== 'TLSv1.3' && socket.isSessionReused(),
    channelBinding(type) {
      if (type === 'tls-server-end-point') {
        const certificate = socket.getX509Certificate(); // the one of this connection, also after a renewal
        return certificate && endPointOf(certificate);
      }
      if (type === 'tls-unique') return firstFinished(socket);
      if (version !== 'TLSv1.3') return undefined;
      return socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
    },
  };
}

/**
 * The first Finished message of the handshake (RFC 5929 section 3.1): the client's, or ours when a session was resumed.
 * RFC 9266 leaves it undefined for TLS 1.3, and clients that use it all the same mean just this.
 */
function firstFinished(socket: TLSSocket): Uint8Array | undefined {
  return (socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished()) ?? undefined;
}
