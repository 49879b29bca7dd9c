/** A file that somebody shares (XEP-0363), and that anybody with the link fetches. */
import { type RequestOptions, request } from 'node:https';
import { el } from '../../../server/xml/element.ts';
import type { Person } from './two-servers.ts';

const NS_UPLOAD = 'urn:xmpp:http:upload:0';

/** Uploads a text; the result is the link. */
export async function shareFile(person: Person, service: string, text: string, ca: string): Promise<string> {
  const size = Buffer.byteLength(text);
  const wanted = el('request', NS_UPLOAD, { filename: 'file.txt', size: String(size), 'content-type': 'text/plain' });
  const answer = await person.client?.request('get', wanted.toXml(), service);
  const slot = answer?.child('slot', NS_UPLOAD);
  const put = slot?.child('put', NS_UPLOAD);
  const [to, link] = [put?.attr('url'), slot?.child('get', NS_UPLOAD)?.attr('url')];
  if (put === undefined || to === undefined || link === undefined) throw new Error(`no slot: ${answer?.toXml()}`);
  const extra = put.elements.map((header) => [header.attr('name') ?? '', header.text()] as const);
  const headers = { 'content-type': 'text/plain', 'content-length': String(size), ...Object.fromEntries(extra) };
  const { status } = await ask(to, { method: 'PUT', headers, ca }, text);
  if (status !== 201 && status !== 200) throw new Error(`the upload was refused with ${status}`);
  return link;
}

/** What the link leads to. The names of the test's servers lead to the loopback; their certificates must be good. */
export async function fetchFile(link: string, ca: string): Promise<string> {
  const { status, body } = await ask(link, { ca });
  if (status !== 200) throw new Error(`${link} was refused with ${status}`);
  return body;
}

function ask(url: string, options: RequestOptions, text = ''): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const lookup: RequestOptions['lookup'] = (_name, { all }, done) =>
      all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const opened = request(url, { ...options, agent: false, lookup }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() });
    });
    opened.on('error', reject).end(text);
  });
}
