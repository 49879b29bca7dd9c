/** Calls to a router's UPnP services: SOAP over plain HTTP (UPnP Device Architecture 1.1, section 3). */
import { request } from 'node:http';
import { MappingError } from './gateway.ts';

/** For the whole of an exchange: an answer that drips must not hold up whoever waits for the router. */
const PATIENCE_MS = 6_000;
const MAX_BYTES = 256 * 1024;

/** The router says no, with one of UPnP's numbers. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';
  readonly code: number;

  constructor(code: number) {
    super(`UPnP error ${code}`);
    this.code = code;
  }
}

export interface SoapCall {
  readonly url: URL;
  /** Its type. */
  readonly service: string;
  readonly action: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Gives a reader of the values that came back. @throws SoapFault, MappingError */
export async function soapCall({
  url,
  service,
  action,
  values,
}: SoapCall): Promise<(name: string) => string | undefined> {
  const inside = Object.entries(values).map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`);
  const body =
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
    `<u:${action} xmlns:u="${service}">${inside.join('')}</u:${action}></s:Body></s:Envelope>`;
  const { status, text } = await exchange(url, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'text/xml; charset="utf-8"', SOAPAction: `"${service}#${action}"` },
  });
  if (status !== 200) throw new SoapFault(Number(valueIn(text, 'errorCode') ?? 0));
  return (name) => valueIn(text, name);
}

/**
 * A description, and the address of this computer that the router sees.
 * @param patienceMs for the whole answer
 * @throws MappingError
 */
export async function fetchText(
  url: URL,
  patienceMs = PATIENCE_MS,
): Promise<{ readonly text: string; readonly localAddress: string }> {
  const { status, text, localAddress } = await exchange(url, { method: 'GET', headers: {} }, patienceMs);
  if (status === 200) return { text, localAddress };
  throw new MappingError('silent', 'The router does not describe itself.');
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function exchange(url: URL, { method, headers, body }: Exchange, patienceMs = PATIENCE_MS) {
  return new Promise<{ status: number; text: string; localAddress: string }>((resolve, reject) => {
    const fail = (cause?: Error): void =>
      reject(new MappingError('silent', 'The router does not answer UPnP.', { cause }));
    const sent = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const call = request(url, { method, agent: false, headers: { ...headers, ...sent } });
    const enough = setTimeout(() => call.destroy(), patienceMs);
    call.on('error', fail);
    call.on('close', () => {
      clearTimeout(enough);
      fail();
    });
    call.on('response', (response) => {
      const localAddress = (response.socket.localAddress ?? '').replace(/^::ffff:/, '');
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) call.destroy();
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, text, localAddress });
      });
    });
    call.end(body);
  });
}

/** SECURITY: by steps, because a pattern can be made to search a hostile answer for hours. */
function valueIn(text: string, name: string): string | undefined {
  const opening = text.indexOf(`<${name}`);
  const start = opening < 0 ? -1 : text.indexOf('>', opening);
  const end = start < 0 ? -1 : text.indexOf('<', start);
  if (end < 0 || !/^[\s>]$/.test(text.charAt(opening + name.length + 1))) return undefined;
  return text.startsWith(`</${name}>`, end) ? text.slice(start + 1, end).trim() : undefined;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
