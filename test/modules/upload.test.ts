import { mkdirSync, readdirSync, statfsSync, symlinkSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { UPLOADS } from '../../server/modulehost/services.ts';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene, type SceneOptions } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS = 'urn:xmpp:http:upload:0';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function house(settings: SceneOptions['settings'] = {}) {
  const scene = await openScene({ accounts: ['romeo', 'juliet'], settings });
  const web = await scene.web();
  const romeo = await scene.login('romeo', 'garden');
  const put = (path: string, body: string | Readable, headers: Record<string, string> = {}) =>
    web.inject({ method: 'PUT', url: path, payload: body, headers: { 'content-type': 'image/jpeg', ...headers } });
  const get = (path: string, headers: Record<string, string> = {}) => web.inject({ method: 'GET', url: path, headers });
  /** A file that is there. */
  const shared = async (content = 'a picture', attributes = "content-type='image/jpeg' filename='très cool.jpg'") => {
    const path = await slotOf(romeo, `size='${Buffer.byteLength(content)}' ${attributes}`);
    const type = /content-type='([^']*)'/.exec(attributes)?.[1] ?? 'application/octet-stream';
    expect((await put(path, content, { 'content-type': type })).statusCode).toBe(201);
    return path;
  };
  return {
    scene,
    web,
    romeo,
    put,
    get,
    shared,
    async [Symbol.asyncDispose]() {
      await web.close();
      await scene.close();
    },
  };
}

function ask(client: SceneClient, attributes: string, content = ''): Promise<Element> {
  return client.request(
    `<iq type='get' to='upload.localhost'><request xmlns='${NS}' ${attributes}>${content}</request></iq>`,
  );
}

/** The path of the slot's address. */
async function slotOf(client: SceneClient, attributes: string, content = ''): Promise<string> {
  const slot = (await ask(client, attributes, content)).child('slot', NS);
  const put = slot?.child('put', NS)?.attr('url') ?? '';
  expect(put).toBe(slot?.child('get', NS)?.attr('url'));
  const url = new URL(put);
  expect(url.origin).toBe('https://localhost:5281');
  return url.pathname;
}

function refusalOf(answer: Element): { type: string | undefined; condition: string | undefined; error: Element } {
  const error = answer.child('error');
  if (error === undefined) throw new Error(`not refused: ${answer.toXml()}`);
  return { type: error.attr('type'), condition: error.elements[0]?.name, error };
}

const filesOf = (scene: Scene) => scene.server.host.find(UPLOADS)?.files() ?? [];

describe('finding the service', () => {
  test('examples 1 and 2: it is among the items of the server', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo');
    const items = await romeo.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
    );
    const query = items.child('query', 'http://jabber.org/protocol/disco#items');
    expect(query?.elements.map((item) => item.attr('jid'))).toContain('upload.localhost');
  });

  test('examples 3 and 4: it tells what it is and how large a file may be', async () => {
    await using scene = await openScene({ accounts: ['romeo'], settings: { 'upload.maxFileBytes': 5242880 } });
    const romeo = await scene.login('romeo');
    const xml = (
      await romeo.request(
        `<iq type='get' to='upload.localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      )
    ).toXml();
    expect(xml).toContain('category="store" type="file"'.replaceAll('"', "'"));
    expect(xml).toContain(`var='${NS}'`);
    expect(xml).toContain(`var='urn:xmpp:http:upload:purpose:0#ephemeral'`);
    expect(xml).toContain(`<field var='max-file-size'><value>5242880</value></field>`);
  });
});

describe('sharing', () => {
  test('examples 5 and 6: a slot, an upload, and everybody who knows the address has the file', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='très cool.jpg' size='9' content-type='image/jpeg'");
    expect(path).toMatch(/^\/files\/[0-9a-f]{48}\/tr%C3%A8s%20cool\.jpg$/);
    expect((await here.get(path)).statusCode).toBe(404);
    expect((await here.put(path, 'a picture')).statusCode).toBe(201);
    const got = await here.get(path);
    expect(got.statusCode).toBe(200);
    expect(got.body).toBe('a picture');
    expect(got.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '9',
      'content-disposition': "inline; filename*=UTF-8''tr%C3%A8s%20cool.jpg",
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'accept-ranges': 'bytes',
    });
    expect(got.headers['content-security-policy']).toContain('sandbox');
  });

  test('a part of a file can be had, and a part that it has not is refused', async () => {
    await using here = await house();
    const path = await here.shared();
    const part = await here.get(path, { range: 'bytes=2-4' });
    expect([part.statusCode, part.headers['content-range'], part.body]).toEqual([206, 'bytes 2-4/9', 'pic']);
    expect((await here.get(path, { range: 'bytes=20-' })).statusCode).toBe(416);
  });

  test('HEAD tells what GET would, without the file', async () => {
    await using here = await house();
    const path = await here.shared();
    const head = await here.web.inject({ method: 'HEAD', url: path });
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '9', '']);
  });

  test('a file that has not changed is not sent twice', async () => {
    await using here = await house();
    const path = await here.shared();
    const { etag } = (await here.get(path)).headers;
    expect((await here.get(path, { 'if-none-match': String(etag) })).statusCode).toBe(304);
  });

  test('section 6: a web client from anywhere may upload', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a' size='1'");
    const preflight = await here.web.inject({
      method: 'OPTIONS',
      url: path,
      headers: { origin: 'https://chat.example' },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(preflight.headers['access-control-allow-methods']).toContain('PUT');
    expect(preflight.headers['access-control-allow-headers']).toContain('Content-Type');
  });

  test.for(['x'.repeat(255), 'ü'.repeat(127)])('the longest name: %s', async (name) => {
    await using here = await house();
    const path = await here.shared('a picture', `content-type='image/jpeg' filename='${name}'`);
    expect((await here.get(path)).body).toBe('a picture');
  });

  test('a file outlives the server', async () => {
    await using here = await house();
    const path = await here.shared();
    await here.scene.restart();
    const web = await here.scene.web();
    expect((await web.inject({ url: path })).body).toBe('a picture');
  });
});

describe('what is refused', () => {
  test.for([
    ['not as long as was announced', 'a pic'],
    ['longer than was announced', 'a picture and more'],
  ])('section 5: a body that is %s', async ([, body]) => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a.jpg' size='9' content-type='image/jpeg'");
    expect((await here.put(path, body ?? '')).statusCode).toBe(400);
    expect((await here.get(path)).statusCode).toBe(404);
    // The address is still good: the client may have been cut off.
    expect((await here.put(path, 'a picture')).statusCode).toBe(201);
  });

  test('a body without a length that goes on for too long, and leaves nothing behind', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a.jpg' size='9' content-type='image/jpeg'");
    const endless = Readable.from(Array.from({ length: 100 }, () => 'ten bytes.'));
    expect((await here.put(path, endless)).statusCode).toBe(400);
    expect(filesOf(here.scene)).toHaveLength(0);
    const { folder } = here.scene;
    expect(readdirSync(`${folder}/upload`)).toEqual([]);
  });

  test('section 5: another type than was announced', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a.jpg' size='9' content-type='image/jpeg'");
    expect((await here.put(path, 'a picture', { 'content-type': 'text/html' })).statusCode).toBe(415);
  });

  test('a second upload to the same address', async () => {
    await using here = await house();
    const path = await here.shared();
    expect((await here.put(path, 'b picture')).statusCode).toBe(409);
    expect((await here.get(path)).body).toBe('a picture');
  });

  test('an upload that begins too late', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a.jpg' size='9' content-type='image/jpeg'");
    here.scene.clock.advance(599_999);
    const late = await slotOf(here.romeo, "filename='b.jpg' size='9' content-type='image/jpeg'");
    here.scene.clock.advance(1);
    expect([404, 410]).toContain((await here.put(path, 'a picture')).statusCode);
    expect((await here.put(late, 'a picture')).statusCode).toBe(201);
  });

  test('an address that nobody was given, and one with another name', async () => {
    await using here = await house();
    const path = await here.shared();
    expect((await here.put('/files/0123/a.jpg', 'x')).statusCode).toBe(404);
    expect((await here.get(path.replace(/[^/]+$/, 'letter.exe'))).statusCode).toBe(404);
    expect((await here.get('/files/..%2f..%2fetc/passwd')).statusCode).toBe(404);
  });

  test('example 8: a file that is too large, with how large one may be', async () => {
    await using here = await house({ 'upload.maxFileBytes': 20000 });
    const { type, condition, error } = refusalOf(await ask(here.romeo, "filename='très cool.jpg' size='23456'"));
    expect([type, condition]).toEqual(['modify', 'not-acceptable']);
    expect(error.child('file-too-large', NS)?.childText('max-file-size')).toBe('20000');
  });

  test('example 9: more than one person may have', async () => {
    await using here = await house({ 'upload.maxBytesPerAccount': 100 });
    await slotOf(here.romeo, "filename='a' size='60'");
    const { type, condition } = refusalOf(await ask(here.romeo, "filename='b' size='60'"));
    expect([type, condition]).toEqual(['wait', 'resource-constraint']);
    const juliet = await here.scene.login('juliet');
    await slotOf(juliet, "filename='b' size='60'");
  });

  test('more than all may have, and more than the disk can take', async () => {
    await using here = await house({ 'upload.maxBytes': 100 });
    expect(refusalOf(await ask(here.romeo, "filename='b' size='101'")).condition).toBe('resource-constraint');
    await using tight = await house({ 'upload.minFreeBytes': Number.MAX_SAFE_INTEGER });
    expect(refusalOf(await ask(tight.romeo, "filename='b' size='1'")).condition).toBe('resource-constraint');
  });

  test('more files than one person may have, however small', async () => {
    await using here = await house({ 'upload.maxFilesPerAccount': 2 });
    await here.shared();
    await slotOf(here.romeo, "filename='b' size='1'");
    expect(refusalOf(await ask(here.romeo, "filename='c' size='1'")).condition).toBe('resource-constraint');
    here.scene.clock.advance(HOUR_MS);
    await expect.poll(async () => (await ask(here.romeo, "filename='c' size='1'")).attr('type')).toBe('result');
  });

  test('what the disk could not take besides all that is announced', async () => {
    const { bavail, bsize } = statfsSync('/tmp');
    const part = Math.floor((bavail * bsize) / 10);
    await using here = await house({
      'upload.minFreeBytes': part * 5,
      ...Object.fromEntries(
        ['maxFileBytes', 'maxBytesPerAccount', 'maxBytes'].map((name) => [`upload.${name}`, part * 10]),
      ),
    });
    await slotOf(here.romeo, `filename='a' size='${part * 3}'`);
    expect(refusalOf(await ask(here.romeo, `filename='b' size='${part * 3}'`)).condition).toBe('resource-constraint');
  });

  test('a request without any body', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a.jpg' size='9'");
    expect((await here.web.inject({ method: 'PUT', url: path })).statusCode).toBe(400);
  });

  test.skipIf(process.platform !== 'linux')(
    'a file that the full disk does not take, and nothing of it stays',
    async () => {
      await using here = await house();
      const path = await slotOf(here.romeo, "filename='a.jpg' size='9' content-type='image/jpeg'");
      const folder = `${here.scene.folder}/upload`;
      mkdirSync(folder, { recursive: true });
      symlinkSync('/dev/full', `${folder}/${path.split('/')[2]}.part`);
      const answer = await here.put(path, 'a picture');
      expect([answer.statusCode, answer.headers.connection]).toEqual([507, 'close']);
      expect(answer.json().detail).toBe('The server could not store the file. Its disk may be full.');
      expect(here.scene.errors.splice(0).join()).toContain('ENOSPC');
      expect(readdirSync(folder)).toEqual([]);
      expect((await here.put(path, 'a picture')).statusCode).toBe(201);
    },
  );

  test.for(['0', '-5', '1.5', 'many', '', '99999999999999999999'])('a size of “%s”', async (size) => {
    await using here = await house();
    expect(refusalOf(await ask(here.romeo, `filename='a' size='${size}'`)).condition).toBe('bad-request');
  });

  test.for(['', '..', '.', 'a/b', 'a\\b', 'x'.repeat(256), 'gpj.\u202eexe', 'a&#x9;b'])(
    'the name “%s”',
    async (name) => {
      await using here = await house();
      expect(refusalOf(await ask(here.romeo, `filename='${name}' size='1'`)).condition).toBe('bad-request');
    },
  );

  test('everything but a request', async () => {
    await using here = await house();
    expect(
      refusalOf(await here.romeo.request(`<iq type='set' to='upload.localhost'><request xmlns='${NS}'/></iq>`))
        .condition,
    ).toBe('service-unavailable');
    here.romeo.sends(`<message to='upload.localhost' id='m'><body>Hello?</body></message>`);
    expect(refusalOf(await here.romeo.next()).condition).toBe('service-unavailable');
  });
});

describe('what a browser makes of it', () => {
  test.for([
    ['image/svg+xml', 'a.svg'],
    ['text/html', 'a.html'],
    ['application/xhtml+xml', 'a.xhtml'],
    ['application/pdf', 'a.pdf'],
    ['text/javascript', 'a.js'],
    ['application/x-shockwave-flash', 'a.swf'],
    ['no type at all', 'a'],
    ['IMAGE/SVG+XML; charset=utf-8', 'b.svg'],
    ['text/html"><script', 'c'],
  ])('%s is saved, not shown', async ([type, name]) => {
    await using here = await house();
    const escaped = (type ?? '').replaceAll('<', '&lt;');
    const path = await slotOf(here.romeo, `filename='${name}' size='8' content-type='${escaped}'`);
    expect((await here.put(path, '<script>', { 'content-type': 'application/octet-stream' })).statusCode).toBeOneOf([
      201, 415,
    ]);
    const plain = await slotOf(here.romeo, `filename='${name}' size='8' content-type='${escaped}'`);
    expect((await here.put(plain, '<script>', { 'content-type': type ?? '' })).statusCode).toBeOneOf([201, 415]);
    for (const file of filesOf(here.scene)) {
      const { headers } = await here.get(`/files/${file.id}/${file.name}`);
      expect(headers['content-type']).toBe('application/octet-stream');
      expect(headers['content-disposition']).toMatch(/^attachment; /);
    }
    expect(filesOf(here.scene).length).toBeGreaterThan(0);
  });

  test('a name with quotes, semicolons and line breaks stays a name', async () => {
    await using here = await house();
    const path = await here.shared('x', `content-type='image/png' filename='a"; x=&apos;b&apos;; (1)*.png'`);
    const { headers } = await here.get(path);
    expect(headers['content-disposition']).toBe("inline; filename*=UTF-8''a%22%3B%20x%3D%27b%27%3B%20%281%29%2A.png");
  });
});

describe('the end of a file', () => {
  test('it is removed when it is old enough', async () => {
    await using here = await house({ 'upload.retentionDays': 2 });
    const path = await here.shared();
    here.scene.clock.advance(2 * DAY_MS);
    expect((await here.get(path)).statusCode).toBe(200);
    here.scene.clock.advance(HOUR_MS);
    await expect.poll(async () => (await here.get(path)).statusCode).toBe(404);
    await expect.poll(() => readdirSync(`${here.scene.folder}/upload`)).toEqual([]);
  });

  test('section 4: what is for a profile, or for good, stays', async () => {
    await using here = await house({ 'upload.retentionDays': 1 });
    for (const purpose of ['profile', 'permanent']) {
      const path = await slotOf(
        here.romeo,
        "filename='a' size='1'",
        `<${purpose} xmlns='urn:xmpp:http:upload:purpose:0'/>`,
      );
      await here.put(path, 'x');
    }
    here.scene.clock.advance(100 * DAY_MS);
    await here.scene.restart();
    expect(filesOf(here.scene)).toHaveLength(2);
  });

  test('section 4: what is ephemeral goes when its owner said, and must say when', async () => {
    await using here = await house();
    const until = new Date(here.scene.clock.now() + HOUR_MS).toISOString();
    const ephemeral = (attribute: string) => `<ephemeral xmlns='urn:xmpp:http:upload:purpose:0' ${attribute}/>`;
    const path = await slotOf(here.romeo, "filename='a' size='1'", ephemeral(`expire-before='${until}'`));
    await here.put(path, 'x');
    here.scene.clock.advance(HOUR_MS / 2);
    expect((await here.get(path)).statusCode).toBe(200);
    here.scene.clock.advance(HOUR_MS);
    await expect.poll(async () => (await here.get(path)).statusCode).toBe(404);
    expect(refusalOf(await ask(here.romeo, "filename='a' size='1'", ephemeral(''))).condition).toBe('bad-request');
  });

  test('it goes with the account that shared it', async () => {
    await using here = await house();
    const path = await here.shared();
    await here.scene.accounts.remove('romeo');
    await expect.poll(async () => (await here.get(path)).statusCode).toBe(404);
    await expect.poll(() => readdirSync(`${here.scene.folder}/upload`)).toEqual([]);
  });

  test('what is still coming when the account goes is read no further', async () => {
    await using here = await house();
    const path = await slotOf(here.romeo, "filename='a.jpg' size='1000000' content-type='image/jpeg'");
    let parts = 0;
    async function* slowly() {
      for (; parts < 100; parts++) {
        if (parts === 2) await here.scene.accounts.remove('romeo');
        yield Buffer.alloc(10_000);
      }
    }
    expect((await here.put(path, Readable.from(slowly()))).statusCode).toBe(400);
    expect(parts).toBeLessThan(100);
    expect(readdirSync(`${here.scene.folder}/upload`)).toEqual([]);
  });

  test('an administrator removes it, and its room is free again', async () => {
    await using here = await house({ 'upload.maxBytesPerAccount': 10 });
    const path = await here.shared();
    const uploads = here.scene.server.host.find(UPLOADS);
    const [file] = uploads?.files() ?? [];
    expect(file).toMatchObject({ account: 'romeo', name: 'très cool.jpg', mediaType: 'image/jpeg', size: 9 });
    expect(await uploads?.remove(file?.id ?? '')).toBe(true);
    expect(await uploads?.remove(file?.id ?? '')).toBe(false);
    expect((await here.get(path)).statusCode).toBe(404);
    await here.shared();
  });

  test('what a crash left half-way is gone after the next start', async () => {
    await using here = await house();
    await here.shared();
    await slotOf(here.romeo, "filename='never.jpg' size='9'");
    await here.scene.crash();
    here.scene.clock.advance(2 * HOUR_MS);
    expect(filesOf(here.scene)).toHaveLength(1);
    await expect.poll(() => readdirSync(`${here.scene.folder}/upload`)).toHaveLength(1);
  });
});
