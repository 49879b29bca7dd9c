import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { runCommand } from '../../server/cli/program.ts';
import type { ServerEntry } from '../../server/cli/server-entry.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { openControlSocket } from '../../server/control/socket.ts';
import { LogFile } from '../../server/log/log-file.ts';
import { anAccount, anEntry, createFakeServer, type FakeServer } from '../control/fake-deeds.ts';
import { createFakeTerminal } from './fake-terminal.ts';

let server: FakeServer;
let directory: string;
/** How often the data directory was opened and closed without a server. */
let offline: { opened: number; closed: number };

beforeEach(() => {
  server = createFakeServer();
  directory = mkdtempSync(join(tmpdir(), 'snug-cli-'));
  offline = { opened: 0, closed: 0 };
});

afterEach(() => {
  rmSync(directory, { recursive: true });
  rmSync(server.directory, { recursive: true });
});

const entry: ServerEntry = {
  startServer: () =>
    Promise.reject(
      Object.assign(new Error('Port 5222 is taken by nginx.'), { name: 'StartError', code: 'port-in-use' }),
    ),
  openOffline: () => {
    offline.opened += 1;
    return Promise.resolve({
      accounts: () => server.accounts(),
      perform: (deed, input) => server.perform(thisComputer('command-line'), deed, input),
      domain: 'miller.local',
      close: () => {
        offline.closed += 1;
        return Promise.resolve();
      },
    });
  },
};

async function snug(line: string, input = '') {
  const terminal = createFakeTerminal(input, { SNUG_DATA: directory });
  const status = await runCommand(line.split(' '), terminal, () => Promise.resolve(entry));
  return { status, output: terminal.output(), errors: terminal.errors(), events: () => terminal.events() };
}

/** Runs `use` while a server answers on the data directory. */
async function whileRunning(use: () => Promise<void>): Promise<void> {
  const socket = await openControlSocket(directory, createHandlers(server, server.log), server.log);
  try {
    await use();
  } finally {
    await socket.close();
  }
}

describe('the command line', () => {
  test('a verb or option that does not exist is exit status 2 with a sentence', async () => {
    expect(await snug('srve')).toMatchObject({ status: 2, errors: expect.stringContaining('Did you mean serve?') });
    expect(await snug('status --jsn')).toMatchObject({ status: 2, errors: expect.stringContaining('--jsn') });
    expect(await snug('user add')).toMatchObject({ status: 2, errors: expect.stringContaining('name') });
  });

  test('a count of lines must be one', async () => {
    for (const wrong of ['-5', 'many', '2001', '1.5']) {
      expect(await snug(`logs --lines=${wrong}`)).toMatchObject({
        status: 2,
        errors: expect.stringContaining('whole number'),
      });
    }
  });

  test('help is exit status 0 and tells the exit statuses', async () => {
    const { status, output } = await snug('--help');
    expect(status).toBe(0);
    expect(output).toContain('3 no server is running');
  });

  test('a start error is its sentence and exit status 1', async () => {
    expect(await snug('serve')).toMatchObject({ status: 1, errors: 'Port 5222 is taken by nginx.\n' });
    const { status, events, errors } = await snug('serve --json');
    expect(status).toBe(1);
    expect(events()).toEqual([{ event: 'error', code: 'port-in-use', message: 'Port 5222 is taken by nginx.' }]);
    expect(errors).toBe('');
  });
});

describe('without a server', () => {
  test('status says so with exit status 3', async () => {
    expect(await snug('status')).toMatchObject({ status: 3, output: `No Snug server is running on ${directory}.\n` });
    const { status, events } = await snug('status --json');
    expect([status, events()]).toEqual([3, [{ state: 'stopped' }]]);
  });

  test('sessions and stop fail with exit status 3', async () => {
    for (const verb of ['sessions', 'window', 'stop']) {
      expect(await snug(verb)).toMatchObject({ status: 3, errors: `No Snug server is running on ${directory}.\n` });
    }
  });

  test('the log is read from its files', async () => {
    const file = new LogFile(join(directory, 'logs', 'snug.log'));
    for (const msg of ['one', 'two', 'three']) file.write(`${JSON.stringify({ level: 'info', time: 'T', msg })}\n`);
    expect(await snug('logs -n 2')).toMatchObject({ status: 0, output: 'T info  two\nT info  three\n' });
    expect((await snug('logs -n 1 --json')).events()).toMatchObject([{ message: 'three' }]);
    expect(await snug('logs -n 1 -f')).toMatchObject({ status: 3, output: 'T info  three\n' });
  });

  test('accounts are managed on the data directory, which is closed again even after a failure', async () => {
    expect(await snug('user list')).toMatchObject({ status: 0, output: expect.stringContaining('ann@miller.local') });
    expect(await snug('user add ann --generate')).toMatchObject({ status: 1, errors: 'The name ann is taken.\n' });
    expect(offline).toEqual({ opened: 2, closed: 2 });
  });
});

describe('with a running server', () => {
  test('status, sessions and accounts are shown as text and as JSON', () =>
    whileRunning(async () => {
      expect((await snug('status')).output).toContain('5222 (STARTTLS)');
      expect((await snug('status --json')).events()).toMatchObject([{ domain: 'miller.local', state: 'running' }]);
      expect((await snug('sessions')).output).toContain('ann@miller.local/phone');
      expect((await snug('user list --json')).events()).toEqual([[anAccount]]);
      expect(offline.opened).toBe(0);
    }));

  test('status tells each problem with what can be done', () =>
    whileRunning(async () => {
      const problems = [{ code: 'name-taken', text: 'Somebody has the name.', fix: 'Rename it.' }];
      server.become({ problems });
      expect((await snug('status')).output).toContain('Problem      Somebody has the name. Rename it.\n');
      expect((await snug('status --json')).events()).toMatchObject([{ problems }]);
    }));

  test('window shows a fresh address, alone on its line', () =>
    whileRunning(async () => {
      const address = 'http://127.0.0.1:5282/#token=fresh';
      expect(await snug('window')).toMatchObject({ status: 0, output: `${address}\n`, errors: '' });
      expect((await snug('window --json')).events()).toEqual([{ address }]);
    }));

  test('the log comes from the server’s memory', () =>
    whileRunning(async () => {
      server.log.info({}, 'said in memory');
      expect((await snug('logs -n 1')).output).toContain('said in memory');
    }));
});

describe('passwords', () => {
  test('the first line of the input is the password', async () => {
    expect(await snug('user add bob', 'long enough\nignored\n')).toMatchObject({ status: 0 });
    expect(server.done).toEqual(['accounts.create bob long enough member']);
  });

  test('the first line of a file is the password', async () => {
    const file = join(directory, 'password');
    writeFileSync(file, 'from a file\r\n');
    expect(await snug(`user passwd bob --password-file ${file}`)).toMatchObject({ status: 0 });
    expect(server.done).toEqual(['accounts.setPassword bob from a file']);
  });

  test('a generated password is shown once and is the one that was set', async () => {
    const { output } = await snug('user add bob --admin --generate');
    const shown = /^Password \(shown only once\): (([a-z2-9]{5}-){3}[a-z2-9]{5})$/m.exec(output)?.[1];
    expect(server.done).toEqual([`accounts.create bob ${shown} admin`]);
    const [facts] = (await snug('user add eve --generate --json')).events();
    expect(server.done[1]).toBe(`accounts.create eve ${facts?.password} member`);
  });

  test('no password at all is refused with the three ways to give one', async () => {
    const { status, errors } = await snug('user add bob');
    expect([status, server.done]).toEqual([1, []]);
    expect(errors).toContain('--password-file');
  });

  test('a password file that is not there is named', async () => {
    expect(await snug('user add bob --password-file /nonexistent')).toMatchObject({
      status: 1,
      errors: expect.stringContaining('/nonexistent'),
    });
  });

  test('a password from the input is never shown again', async () => {
    for (const form of ['', ' --json']) {
      const { output, errors } = await snug(`user add bob${form}`, 'hunter22222');
      expect(output + errors).not.toContain('hunter22222');
    }
  });
});

test('an account may be named by its JID, but not at another domain', async () => {
  expect(await snug('user enable bob@miller.local')).toMatchObject({
    status: 0,
    output: 'bob@miller.local is enabled.\n',
  });
  expect(server.done).toEqual(['accounts.enable bob']);
  expect(await snug('user enable bob@example.org')).toMatchObject({
    status: 1,
    errors: expect.stringContaining('miller.local'),
  });
});

describe('administration', () => {
  test('an announcement says how many were told', () =>
    whileRunning(async () => {
      const terminal = createFakeTerminal('', { SNUG_DATA: directory });
      expect(await runCommand(['announce', 'Tea at five'], terminal, () => Promise.resolve(entry))).toBe(0);
      expect(terminal.output()).toBe('3 accounts have been told.\n');
      expect(server.done).toEqual(['announcements.send Tea at five']);
      expect((await snug('announce Tea --json')).events()).toEqual([{ accounts: 3 }]);
    }));

  test('the audit log is a table, or one entry a line for programs', () =>
    whileRunning(async () => {
      const { output, status } = await snug('audit -n 5 --actor ann@miller.local');
      expect(status).toBe(0);
      expect(output).toMatch(/^TIME +WHO +DOOR +DEED +ON +OUTCOME\n/);
      expect(output).toMatch(/ann@miller\.local +chat +accounts\.create +bob: member +done/);
      expect((await snug('audit --json')).events()).toEqual([anEntry]);
      expect(await snug('audit -n 0')).toMatchObject({ status: 2 });
    }));

  test('roles are listed, made, changed and removed', () =>
    whileRunning(async () => {
      expect((await snug('role list')).output).toMatch(/doorkeeper +2 +people\.read people\.write/);
      expect(await snug('role create host people.read announce')).toMatchObject({
        status: 0,
        output: 'There is a role host now.\n',
      });
      await snug('role update host');
      await snug('role remove host');
      expect(server.done).toEqual(['roles.create host people.read,announce', 'roles.update host', 'roles.remove host']);
      expect(await snug('role create host people.eat')).toMatchObject({
        status: 1,
        errors: expect.stringContaining('There is no permission “people.eat”; there are server.read,'),
      });
    }));

  test('an account gets another role, whether or not a server runs', async () => {
    expect(await snug('user role bob doorkeeper')).toMatchObject({
      status: 0,
      output: 'bob@miller.local has the role doorkeeper.\n',
    });
    await whileRunning(async () => {
      expect(await snug('user role bob admin')).toMatchObject({ status: 0 });
    });
    expect(server.done).toEqual(['accounts.setRole bob doorkeeper', 'accounts.setRole bob admin']);
    expect(offline).toEqual({ opened: 1, closed: 1 });
  });

  test('a restart is ordered', () =>
    whileRunning(async () => {
      expect(await snug('restart')).toMatchObject({ status: 0, output: 'The server is restarting.\n' });
      expect(server.done).toEqual(['server.restart 0']);
    }));

  test('needs a running server', async () => {
    for (const line of ['announce Tea', 'audit', 'role list', 'restart']) {
      expect(await snug(line), line).toMatchObject({ status: 3 });
    }
  });
});

describe('snug group', () => {
  test('shows groups with their rooms and people', () =>
    whileRunning(async () => {
      expect((await snug('group list')).output).toMatch(/Kitchen +each other +kitchen@rooms\.miller\.local +ann, ben/);
      expect(JSON.parse((await snug('group list --json')).output)).toMatchObject([
        { id: 'g1', members: ['ann', 'ben'] },
      ]);
    }));

  test('makes, renames, changes and removes them by name', () =>
    whileRunning(async () => {
      expect(await snug('group create Garden ann bob@miller.local --room --seen-by kitchen')).toMatchObject({
        status: 0,
        output: 'There is a group “Garden” now, with the room kitchen@rooms.miller.local.\n',
      });
      await snug('group rename kitchen Scullery');
      await snug('group change Kitchen --room off --shared off --seen-by nobody');
      await snug('group add Kitchen bob');
      await snug('group remove-member g1 ann bob');
      await snug('group remove Kitchen');
      expect(server.done).toEqual([
        'groups.create Garden {"isShared":true,"seenBy":["g1"],"hasRoom":true,"members":["ann","bob"]}',
        'groups.update g1 {"name":"Scullery"}',
        'groups.update g1 {"isShared":false,"seenBy":[],"hasRoom":false}',
        'groups.addMembers g1 bob',
        'groups.removeMembers g1 ann,bob',
        'groups.remove g1',
      ]);
    }));

  test('says what is wrong', async () => {
    await whileRunning(async () => {
      expect(await snug('group add Nowhere bob')).toMatchObject({
        status: 1,
        errors: expect.stringContaining('There is no group “Nowhere”.'),
      });
      expect(await snug('group change Kitchen --room maybe')).toMatchObject({ status: 2 });
      expect(await snug('group add Kitchen ann@elsewhere.example')).toMatchObject({ status: 1 });
      expect(server.done).toEqual([]);
    });
    expect(await snug('group list')).toMatchObject({ status: 3 });
  });
});

describe('snug invite', () => {
  test('shows the links and how to take them back', async () => {
    await whileRunning(async () => {
      const { status, output } = await snug('invite --role admin --expires 3d --uses 5 --name dora --contact ann');
      expect(status).toBe(0);
      expect(output).toContain('http://192.168.1.5:5280/join#0123456789abcdef0123456789abcdef');
      expect(output).toContain('xmpp:miller.local?register;preauth=');
      expect(output).toContain('snug invite revoke i1');
      expect(server.done.at(-1)).toMatch(/localpart=dora role=admin groups= inviter=ann maxUses=5 lifetimeHours=72/);
    });
  });

  test('puts people into groups, lets guests stay for a time, and knows the name of the contact', async () => {
    await whileRunning(async () => {
      const line = 'invite --group Family --group Garden --guest 2d --contact-of ann@miller.local';
      expect(await snug(line)).toMatchObject({ status: 0 });
      expect(server.done.at(-1)).toMatch(/groups=Family,Garden inviter=ann maxUses=1 accountLifetimeHours=48/);
      expect(await snug('invite --guest soon')).toMatchObject({ status: 2 });
    });
  });

  test('draws the link as a QR code when asked to', async () => {
    await whileRunning(async () => {
      const { output } = await snug('invite --qr');
      expect(output).toContain('http://192.168.1.5:5280/join#');
      expect(output.split('\n').filter((row) => row.includes('\u001b[48;5;231m')).length).toBeGreaterThan(30);
      expect((await snug('invite')).output).not.toContain('\u001b');
      expect(JSON.parse((await snug('invite --qr --json')).output)).toMatchObject({ id: 'i1' });
    });
  });

  test('lists and revokes', async () => {
    await whileRunning(async () => {
      expect((await snug('invite list')).output).toMatch(
        /i1 +open +2 of 3 +2026-02-07 00:00 +anybody as member, contact of ann/,
      );
      expect(JSON.parse((await snug('invite list --json')).output)).toMatchObject([{ id: 'i1' }]);
      expect((await snug('invite revoke i1')).output).toContain('worth nothing');
      expect(server.done.at(-1)).toBe('invitations.revoke i1');
    });
  });

  test('gives a link for a new password', async () => {
    await whileRunning(async () => {
      const { output } = await snug('user reset ann');
      expect(output).toContain('give ann a new password');
      expect(output).not.toContain('xmpp:');
    });
  });

  test.each(['--expires soon', '--expires 0d', '--uses 0', '--uses many'])('refuses %s', async (words) => {
    await whileRunning(async () => {
      expect((await snug(`invite ${words}`)).status).toBe(2);
    });
  });
});
