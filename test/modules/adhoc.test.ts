import { describe, expect, test } from 'vitest';
import type { Command, CommandStep } from '../../server/modulehost/commands.ts';
import { defineModule } from '../../server/modulehost/module.ts';
import { Executions } from '../../server/modules/adhoc/executions.ts';
import { findFault } from '../../server/modules/adhoc/submission.ts';
import { StanzaError } from '../../server/stanza/error.ts';
import type { Form } from '../../server/stanza/form.ts';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const ACTIONS_FIRST = `<actions execute='complete'><next/><complete/></actions>`;
const ACTIONS_LATER = `<actions execute='complete'><prev/><next/><complete/></actions>`;
const SERVICES = ['httpd', 'jabberd', 'postgresql'].map((value) => ({ value }));

/** The commands of the XEP's examples: `list` answers at once, `config` takes two forms, `reset` is for administrators. */
const list: Command = {
  node: 'list',
  title: 'List Service Configurations',
  minimumRole: 'member',
  start: () => ({
    kind: 'done',
    form: { type: 'result', title: 'Available Services', fields: [{ name: 'service', values: ['httpd'] }] },
  }),
};

const config: Command = {
  node: 'config',
  title: 'Configure Service',
  minimumRole: 'member',
  start: () => ({
    kind: 'form',
    form: {
      type: 'form',
      formType: 'urn:example:config',
      title: 'Configure Service',
      fields: [{ name: 'service', label: 'Service', type: 'list-single', options: SERVICES, isRequired: true }],
    },
    next: (values) => configState(values.get('service')?.[0] ?? ''),
  }),
};

function configState(service: string): CommandStep | StanzaError {
  if (service === 'postgresql') return new StanzaError('conflict', 'It is being configured by somebody else.');
  return {
    kind: 'form',
    form: {
      type: 'form',
      instructions: `Please select the state for ${service}.`,
      fields: [{ name: 'state', type: 'text-single' }],
    },
    next: (values) => Promise.resolve({ kind: 'done', note: `${service} is ${values.get('state')?.[0]}.` }),
  };
}

const reset: Command = { ...list, node: 'reset', title: 'Reset Service Configuration', minimumRole: 'admin' };
const failing: Command = { ...list, node: 'failing', start: () => Promise.reject(new Error('a fault of the test')) };

const examples = defineModule({
  name: 'examples',
  summary: 'The commands of the examples.',
  xeps: [],
  start: () => ({ commands: [list, config, reset, failing] }),
});

async function openExamples(): Promise<Scene> {
  const scene = await openScene({ accounts: ['requester', 'other', 'boss'], admins: ['boss'] });
  scene.server.host.start(examples);
  return scene;
}

function commanded(client: SceneClient, attributes: string, content = ''): Promise<Element> {
  return client.request(
    `<iq type='set' to='localhost'><command xmlns='${NS_COMMANDS}' ${attributes}>${content}</command></iq>`,
  );
}

function sessionOf(answer: Element): string {
  return answer.child('command', NS_COMMANDS)?.attr('sessionid') ?? '';
}

async function begins(client: SceneClient): Promise<string> {
  const answer = await commanded(client, `node='config' action='execute'`);
  expect(answer.child('command', NS_COMMANDS)?.attr('status')).toBe('executing');
  return sessionOf(answer);
}

function submitted(fields: Readonly<Record<string, string>>, type = 'submit'): string {
  const inner = Object.entries(fields).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`);
  return `<x xmlns='jabber:x:data' type='${type}'>${inner.join('')}</x>`;
}

/** As in `bad-request/bad-action`. */
function conditionOf(answer: Element): string | undefined {
  const names = answer
    .child('error')
    ?.elements.map(({ name }) => name)
    .filter((name) => name !== 'text');
  return names?.join('/');
}

describe('finding commands', () => {
  test('the server announces them (XEP-0050 examples 1 and 2)', async () => {
    await using scene = await openExamples();
    const answer = await (await scene.login('requester')).request(
      `<iq type='get' to='localhost'><query xmlns='${NS_INFO}'/></iq>`,
    );
    expect(answer.child('query', NS_INFO)?.elements.some((feature) => feature.attr('var') === NS_COMMANDS)).toBe(true);
  });

  test('the list has those that the requester’s role allows (examples 3 and 4)', async () => {
    await using scene = await openExamples();
    const nodes = async (name: string) => {
      const client = await scene.login(name);
      const answer = await client.request(
        `<iq type='get' to='localhost'><query xmlns='${NS_ITEMS}' node='${NS_COMMANDS}'/></iq>`,
      );
      return answer
        .child('query', NS_ITEMS)
        ?.elements.map((item) => [item.attr('jid'), item.attr('node'), item.attr('name')]);
    };
    const listed = ['localhost', 'list', 'List Service Configurations'];
    const hidden = ['localhost', 'reset', 'Reset Service Configuration'];
    expect(await nodes('requester')).toContainEqual(listed);
    expect(await nodes('requester')).not.toContainEqual(hidden);
    expect(await nodes('boss')).toEqual(expect.arrayContaining([listed, hidden]));
  });

  test('the list and each command say what they are (examples 5 and 6)', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    requester.sends(`<iq type='get' to='localhost' id='1'><query xmlns='${NS_INFO}' node='config'/></iq>`);
    await requester.receives(`<iq type='result' id='1'><query xmlns='${NS_INFO}' node='config'>
      <identity name='Configure Service' category='automation' type='command-node'/>
      <feature var='${NS_COMMANDS}'/><feature var='jabber:x:data'/></query></iq>`);
    requester.sends(`<iq type='get' to='localhost' id='2'><query xmlns='${NS_ITEMS}' node='config'/></iq>`);
    await requester.receives(`<iq type='result' id='2'><query xmlns='${NS_ITEMS}' node='config'/></iq>`);
    const listed = await requester.request(
      `<iq type='get' to='localhost'><query xmlns='${NS_INFO}' node='${NS_COMMANDS}'/></iq>`,
    );
    const identity = listed.child('query', NS_INFO)?.elements[0];
    expect([identity?.attr('category'), identity?.attr('type')]).toEqual(['automation', 'command-list']);
  });

  test('a command that the role forbids is not explained, and an account has none', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const ask = (to: string, node: string) =>
      requester.request(`<iq type='get' to='${to}'><query xmlns='${NS_INFO}' node='${node}'/></iq>`);
    expect(conditionOf(await ask('localhost', 'reset'))).toBe('forbidden');
    expect(conditionOf(await ask('localhost', 'nothing'))).toBe('item-not-found');
    expect(conditionOf(await ask('requester@localhost', 'config'))).toBe('item-not-found');
    expect(conditionOf(await ask('requester@localhost', NS_COMMANDS))).toBe('item-not-found');
  });
});

describe('carrying out', () => {
  test('a command of one step (examples 8 and 9)', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    for (const action of [`action='execute'`, `status='completed'`]) {
      requester.sends(
        `<iq type='set' to='localhost' id='exec1'><command xmlns='${NS_COMMANDS}' node='list' ${action}/></iq>`,
      );
      await requester.receives(`<iq type='result' from='localhost' id='exec1'>
        <command xmlns='${NS_COMMANDS}' sessionid='{any}' node='list' status='completed' xml:lang='en'>
          <x xmlns='jabber:x:data' type='result'><title>Available Services</title>
            <field var='service'><value>httpd</value></field></x></command></iq>`);
    }
  });

  test('a command of several stages (examples 10 to 15)', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const answer = await commanded(requester, `node='config' action='execute'`);
    const id = sessionOf(answer);
    const open = `<iq type='set' to='localhost' id='e'><command xmlns='${NS_COMMANDS}' sessionid='${id}' node='config'>`;
    const stage = `xmlns='${NS_COMMANDS}' sessionid='${id}' node='config' xml:lang='en'`;
    expect(answer.child('command', NS_COMMANDS)?.child('actions')?.attr('execute')).toBe('complete');
    requester.sends(`${open}${submitted({ FORM_TYPE: 'urn:example:config', service: 'httpd' })}</command></iq>`);
    await requester.receives(`<iq type='result' id='e'><command ${stage} status='executing'>${ACTIONS_LATER}
      <x xmlns='jabber:x:data' type='form'><instructions>Please select the state for httpd.</instructions>
        <field var='state' type='text-single'/></x></command></iq>`);
    requester.sends(`${open}${submitted({ state: 'on' })}</command></iq>`);
    await requester.receives(`<iq type='result' id='e'><command ${stage} status='completed'>
      <note type='info'>httpd is on.</note></command></iq>`);
  });

  test('goes back and on again (examples 16 and 17)', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const id = await begins(requester);
    await commanded(requester, `node='config' sessionid='${id}' action='next'`, submitted({ service: 'httpd' }));
    requester.sends(
      `<iq type='set' to='localhost' id='exec2'><command xmlns='${NS_COMMANDS}' sessionid='${id}' node='config' action='prev'/></iq>`,
    );
    await requester.receives(`<iq type='result' id='exec2'>
      <command xmlns='${NS_COMMANDS}' sessionid='${id}' node='config' status='executing' xml:lang='en'>${ACTIONS_FIRST}
        <x xmlns='jabber:x:data' type='form'><title>Configure Service</title>
          <field var='FORM_TYPE' type='hidden'><value>urn:example:config</value></field>
          <field var='service' label='Service' type='list-single'><required/><option><value>httpd</value></option>
            <option><value>jabberd</value></option><option><value>postgresql</value></option></field></x></command></iq>`);
    const first = await commanded(requester, `node='config' sessionid='${id}' action='prev'`);
    expect(conditionOf(first)).toBe('bad-request/bad-action');
    await commanded(requester, `node='config' sessionid='${id}' action='complete'`, submitted({ service: 'jabberd' }));
    const done = await commanded(
      requester,
      `node='config' sessionid='${id}' action='complete'`,
      submitted({ state: 'off' }),
    );
    expect(done.child('command', NS_COMMANDS)?.childText('note')).toBe('jabberd is off.');
  });

  test('ends when it is cancelled, from any stage (examples 18 and 19)', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const id = await begins(requester);
    requester.sends(
      `<iq type='set' to='localhost' id='exec3'><command xmlns='${NS_COMMANDS}' sessionid='${id}' node='config' action='cancel'/></iq>`,
    );
    await requester.receives(`<iq type='result' from='localhost' id='exec3'>
      <command xmlns='${NS_COMMANDS}' sessionid='${id}' node='config' status='canceled' xml:lang='en'/></iq>`);
    const after = await commanded(requester, `node='config' sessionid='${id}'`, submitted({ service: 'httpd' }));
    expect(conditionOf(after)).toBe('not-allowed/session-expired');
    expect(after.child('error')?.attr('type')).toBe('cancel');
  });

  test('takes a form of type cancel for a submitted one (section 3.5.1)', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const id = await begins(requester);
    const answer = await commanded(
      requester,
      `node='config' sessionid='${id}'`,
      submitted({ service: 'httpd' }, 'cancel'),
    );
    expect(answer.child('command', NS_COMMANDS)?.attr('status')).toBe('executing');
  });

  test('of the same command goes on several times at once, each with an id of its own', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const [one, two] = [await begins(requester), await begins(requester)];
    expect(one).not.toBe(two);
    await commanded(requester, `node='config' sessionid='${one}'`, submitted({ service: 'httpd' }));
    await commanded(requester, `node='config' sessionid='${two}'`, submitted({ service: 'jabberd' }));
    const done = await commanded(requester, `node='config' sessionid='${one}'`, submitted({ state: 'on' }));
    expect(done.child('command', NS_COMMANDS)?.childText('note')).toBe('httpd is on.');
  });
});

describe('what is refused (section 4.4)', () => {
  test('a command that is not there, or for which the role is too small', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    expect(conditionOf(await commanded(requester, `node='nothing'`))).toBe('item-not-found');
    expect(conditionOf(await commanded(requester, ''))).toBe('bad-request');
    const forbidden = await commanded(requester, `node='reset'`);
    expect(conditionOf(forbidden)).toBe('forbidden');
    expect(forbidden.child('error')?.attr('type')).toBe('cancel');
    expect((await commanded(await scene.login('boss'), `node='reset'`)).attr('type')).toBe('result');
  });

  test('an action that does not exist, or does not fit', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    expect(conditionOf(await commanded(requester, `node='list' action='dance'`))).toBe('bad-request/malformed-action');
    for (const action of ['next', 'prev', 'complete', 'cancel']) {
      expect(conditionOf(await commanded(requester, `node='list' action='${action}'`))).toBe('bad-request/bad-action');
    }
  });

  test('an id that is unknown, of another command or of somebody else', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester', 'one');
    const id = await begins(requester);
    const bad = 'bad-request/bad-sessionid';
    expect(conditionOf(await commanded(requester, `node='config' sessionid='unknown'`))).toBe(bad);
    expect(conditionOf(await commanded(requester, `node='config' sessionid=''`))).toBe(bad);
    expect(conditionOf(await commanded(requester, `node='list' sessionid='${id}'`))).toBe(bad);
    expect(conditionOf(await commanded(await scene.login('other'), `node='config' sessionid='${id}'`))).toBe(bad);
    expect(conditionOf(await commanded(await scene.login('requester', 'two'), `node='config' sessionid='${id}'`))).toBe(
      bad,
    );
    expect((await commanded(requester, `node='config' sessionid='${id}' action='cancel'`)).attr('type')).toBe('result');
  });

  test('an id whose command is completed, or was left alone for a quarter of an hour', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const completed = sessionOf(await commanded(requester, `node='list'`));
    expect(conditionOf(await commanded(requester, `node='list' sessionid='${completed}'`))).toBe(
      'not-allowed/session-expired',
    );
    const id = await begins(requester);
    scene.clock.advance(15 * 60 * 1000);
    await commanded(requester, `node='config' sessionid='${id}'`, submitted({ service: 'httpd' }));
    scene.clock.advance(15 * 60 * 1000 + 1);
    const late = await commanded(requester, `node='config' sessionid='${id}'`, submitted({ state: 'on' }));
    expect(conditionOf(late)).toBe('not-allowed/session-expired');
  });

  test('an id of a session that has ended, and the oldest when there are too many', async () => {
    await using scene = await openExamples();
    const first = await scene.login('requester', 'one');
    const lost = await begins(first);
    await first.ends();
    const again = await scene.login('requester', 'one');
    expect(conditionOf(await commanded(again, `node='config' sessionid='${lost}'`))).toBe('bad-request/bad-sessionid');
    const ids: string[] = [];
    for (let i = 0; i < 9; i++) ids.push(await begins(again));
    expect(conditionOf(await commanded(again, `node='config' sessionid='${ids[0]}' action='cancel'`))).toBe(
      'bad-request/bad-sessionid',
    );
    expect((await commanded(again, `node='config' sessionid='${ids[1]}' action='cancel'`)).attr('type')).toBe('result');
  });

  test('a payload that is missing or wrong, after which it can be sent again', async () => {
    await using scene = await openExamples();
    const requester = await scene.login('requester');
    const id = await begins(requester);
    const bad = 'bad-request/bad-payload';
    for (const payload of [
      '',
      submitted({}),
      submitted({ service: 'ftpd' }),
      submitted({ service: 'httpd', FORM_TYPE: 'urn:other' }),
      submitted({}, 'form'),
    ]) {
      expect(conditionOf(await commanded(requester, `node='config' sessionid='${id}'`, payload))).toBe(bad);
    }
    const refused = await commanded(requester, `node='config' sessionid='${id}'`, submitted({ service: 'postgresql' }));
    expect(conditionOf(refused)).toBe('conflict');
    const taken = await commanded(requester, `node='config' sessionid='${id}'`, submitted({ service: 'httpd' }));
    expect(taken.attr('type')).toBe('result');
  });

  test('going on when the role was taken away meanwhile', async () => {
    await using scene = await openScene({ accounts: ['boss', 'chief'], admins: ['boss', 'chief'] });
    scene.server.host.start(
      defineModule({
        name: 'more',
        summary: '',
        xeps: [],
        start: () => ({ commands: [{ ...config, minimumRole: 'admin' }] }),
      }),
    );
    const boss = await scene.login('boss');
    const id = await begins(boss);
    await scene.accounts.setRole('boss', 'member');
    expect(conditionOf(await commanded(boss, `node='config' sessionid='${id}'`, submitted({ service: 'httpd' })))).toBe(
      'forbidden',
    );
  });
});

test('a command that fails by a fault of the server says so, and the session lives on', async () => {
  await using scene = await openExamples();
  const requester = await scene.login('requester');
  expect(conditionOf(await commanded(requester, `node='failing'`))).toBe('internal-server-error');
  expect(scene.errors.splice(0).join()).toContain('a fault of the test');
  await requester.receivesNothing();
});

test('a request in another language is answered in English rather than refused', async () => {
  await using scene = await openExamples();
  const requester = await scene.login('requester');
  const answer = await commanded(requester, `node='list' xml:lang='fr-ca'`);
  expect(answer.child('command', NS_COMMANDS)?.attr('xml:lang')).toBe('en');
});

test('of very many requesters those who began something long ago are forgotten', () => {
  let lastId = 0;
  const executions = new Executions({ now: () => 0, randomId: () => String(++lastId) });
  const begin = (requester: string) => {
    const execution = executions.begin(requester, 'list');
    execution.stages.push({ kind: 'form', form: { type: 'form', fields: [] }, next: () => ({ kind: 'done' }) });
    return execution.id;
  };
  const [first, second] = [begin('first'), begin('second')];
  for (let i = 0; i < 998; i++) begin(`requester${i}`);
  begin('first');
  expect(executions.find('first', first, 'list')).toBeDefined();
  begin('one too many');
  expect(executions.find('first', first, 'list')).toBeDefined();
  expect(executions.find('second', second, 'list')).toBeUndefined();
});

describe('a submitted form', () => {
  const form: Form = {
    type: 'form',
    formType: 'urn:example',
    fields: [
      { name: 'who', type: 'jid-single', label: 'Who' },
      { name: 'all', type: 'jid-multi' },
      { name: 'sure', type: 'boolean' },
      { name: 'kinds', type: 'list-multi', options: [{ value: 'a' }, { value: 'b' }] },
      { name: 'text' },
    ],
  };

  test.each([
    [{}, undefined],
    [{ who: ['a@b'], all: ['a@b/c', 'd', ''], sure: ['true'], kinds: ['a', 'b'], text: ['x'] }, undefined],
    [{ unknown: ['x', 'y'] }, undefined],
    [{ FORM_TYPE: ['urn:example'] }, undefined],
    [{ FORM_TYPE: ['urn:other'] }, 'This form answers another question.'],
    [{ who: ['@b'] }, '“Who” takes addresses such as ann@example.org.'],
    [{ who: ['a@b', 'c@d'] }, '“Who” takes one value.'],
    [{ all: ['a@b', 'c@'] }, '“all” takes addresses such as ann@example.org.'],
    [{ sure: ['yes'] }, '“sure” is either true or false.'],
    [{ kinds: ['a', 'c'] }, '“kinds” takes what is in its list.'],
    [{ text: ['x', 'y'] }, '“text” takes one value.'],
  ])('with %j is answered with %s', (values, sentence) => {
    expect(findFault(form, new Map(Object.entries(values)))).toBe(sentence);
  });
});
