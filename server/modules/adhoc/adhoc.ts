/** XEP-0050: Ad-Hoc Commands. Lets people run the server's commands from within their chat client. */
import { meets } from '../../accounts/permissions.ts';
import { isAtLeast } from '../../accounts/roles.ts';
import { DEED_RULES } from '../../administration/deed-rules.ts';
import type { Jid } from '../../jid/jid.ts';
import type { Command, CommandStep } from '../../modulehost/commands.ts';
import type { NodeAnswerer } from '../../modulehost/disco.ts';
import { defineModule, type Host } from '../../modulehost/module.ts';
import { type Answer, iqSet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { formElement, NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { type Execution, Executions } from './executions.ts';
import { findFault } from './submission.ts';

const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

const ACTIONS: ReadonlySet<string> = new Set(['cancel', 'complete', 'execute', 'next', 'prev']);

export const adhoc = defineModule({
  name: 'adhoc',
  summary: 'Lets people run the server’s commands from within their chat client.',
  xeps: [{ xep: '0050', version: '1.3.0' }],
  features: [NS_COMMANDS],

  start(host) {
    const executions = new Executions({ now: () => host.clock.now(), randomId: host.randomId });
    host.disco.answerNodes(NS_COMMANDS, createAnswerer(host));

    function run(request: Request): Answer | Promise<Answer> {
      const { from } = request.iq;
      const node = request.payload.attr('node');
      if (node === undefined) return new StanzaError('bad-request', 'A command is named by its node.');
      const action = request.payload.attr('action') ?? 'execute';
      if (!ACTIONS.has(action)) return refusal('malformed-action', 'There is no such action.');
      const command = host.commands.get(node);
      if (command === undefined) return new StanzaError('item-not-found', 'There is no such command.');
      // Asked at every stage: the role may have been taken away meanwhile.
      if (!mayRun(host, command, from)) return turnAway(command, from);
      const id = request.payload.attr('sessionid');
      if (id === undefined) return begin(command, action, from);
      const execution = executions.find(from.full, id, node);
      if (execution === undefined) return refusal('bad-sessionid', 'This is not a session of this command.');
      if (execution === 'over') return sessionExpired();
      return proceed(execution, action, request);
    }

    /** SECURITY: what somebody here tries without the permission is entered in the audit log. */
    function turnAway({ deed }: Command, from: Jid): Answer | Promise<Answer> {
      if (deed === undefined || host.roleOf(from) === undefined) return forbidden();
      const { administration } = host;
      return administration.turnedAway(administration.chatting(from), deed).then(forbidden);
    }

    function begin(command: Command, action: string, by: Jid): Answer | Promise<Answer> {
      if (action !== 'execute') return refusal('bad-action', 'A command begins with “execute”.');
      return then(command.start(by), (step) =>
        step instanceof StanzaError ? step : advance(executions.begin(by.full, command.node), step, by),
      );
    }

    function proceed(execution: Execution, action: string, request: Request): Answer | Promise<Answer> {
      switch (action) {
        case 'cancel':
          executions.end(execution);
          return commandElement(execution, 'canceled');
        case 'prev':
          if (execution.stages.length < 2) return refusal('bad-action', 'This is the first form of the command.');
          execution.stages.pop();
          return stageElement(execution);
        default:
          // Which of `next`, `complete` and `execute` it is makes no difference: the command itself knows what follows.
          return submit(execution, request);
      }
    }

    /** A refusal leaves the form open, so that it can be corrected and sent again. */
    function submit(execution: Execution, { payload, iq }: Request): Answer | Promise<Answer> {
      const stage = execution.stages.at(-1);
      const values = readSubmittedForm(submittedForm(payload));
      if (stage === undefined || values === undefined) return refusal('bad-payload', 'The filled in form is missing.');
      const fault = findFault(stage.form, values);
      if (fault !== undefined) return refusal('bad-payload', fault);
      return then(stage.next(values), (step) =>
        step instanceof StanzaError ? step : advance(execution, step, iq.from),
      );
    }

    function advance(execution: Execution, step: CommandStep, by: Jid): Element {
      if (step.kind === 'form') {
        execution.stages.push(step);
        return stageElement(execution);
      }
      executions.end(execution);
      host.log.info({ by: by.full, node: execution.node }, 'command completed');
      return commandElement(
        execution,
        'completed',
        step.payload ?? (step.form && formElement(step.form)),
        step.note === undefined ? undefined : el('note', NS_COMMANDS, { type: 'info' }, step.note),
      );
    }

    return {
      iq: [iqSet([NS_COMMANDS, 'command'], ['server'], run)],
      session: { ended: (session) => executions.forget(session.jid.full) },
    };
  },
});

/** Section 2.2: the list of commands and each command are nodes of the server. */
function createAnswerer(host: Host): NodeAnswerer {
  return {
    info(node, { addressee, iq }) {
      if (addressee !== 'server') return undefined;
      if (node === NS_COMMANDS) {
        const identities = [{ category: 'automation', type: 'command-list', name: 'Commands' }];
        return { identities, features: [NS_COMMANDS, NS_DISCO_INFO, NS_DISCO_ITEMS] };
      }
      const command = host.commands.get(node);
      if (command === undefined) return undefined;
      if (!mayRun(host, command, iq.from)) return forbidden();
      const identities = [{ category: 'automation', type: 'command-node', name: command.title }];
      return { identities, features: [NS_COMMANDS, NS_FORM] };
    },
    items(node, { addressee, iq }) {
      if (addressee !== 'server' || node !== NS_COMMANDS) return undefined;
      return [...host.commands.values()]
        .filter((command) => command.isUnlisted !== true && mayRun(host, command, iq.from))
        .map((command) => ({ jid: host.domain, node: command.node, name: command.title }));
    },
  };
}

function mayRun(host: Host, command: Command, by: Jid): boolean {
  if (command.deed !== undefined) {
    return meets(host.administration.chatting(by).permissions, DEED_RULES[command.deed].permission);
  }
  const role = host.roleOf(by);
  return role !== undefined && isAtLeast(role, command.minimumRole);
}

/** The form to be filled in. A command does not say in advance whether it is the last one, so both ways on are open. */
function stageElement(execution: Execution): Element {
  const stage = execution.stages.at(-1);
  const actions = el(
    'actions',
    NS_COMMANDS,
    { execute: 'complete' },
    execution.stages.length > 1 ? el('prev', NS_COMMANDS) : undefined,
    el('next', NS_COMMANDS),
    el('complete', NS_COMMANDS),
  );
  return commandElement(execution, 'executing', actions, stage && formElement(stage.form));
}

/**
 * Section 3.7: it says which language it is in. That is always English; a request in another one is not refused, because
 * clients state the language of their user with everything that they send.
 */
function commandElement(
  execution: Execution,
  status: 'canceled' | 'completed' | 'executing',
  ...content: (Element | undefined)[]
): Element {
  const { id, node } = execution;
  return el('command', NS_COMMANDS, { sessionid: id, node, status, 'xml:lang': 'en' }, content);
}

/** Section 3.5.1: a form of type `cancel` counts as submitted. */
function submittedForm(command: Element): Element | undefined {
  const form = command.child('x', NS_FORM);
  return form?.attr('type') === 'cancel' ? form.withAttr('type', 'submit') : form;
}

/** Section 4.4. */
function refusal(
  condition: 'bad-action' | 'bad-payload' | 'bad-sessionid' | 'malformed-action',
  text: string,
): StanzaError {
  return new StanzaError('bad-request', text, { application: el(condition, NS_COMMANDS) });
}

function sessionExpired(): StanzaError {
  const application = el('session-expired', NS_COMMANDS);
  return new StanzaError('not-allowed', 'This command is over; start it again.', { application });
}

/** Section 4.4 has another type for it than RFC 6120. */
function forbidden(): StanzaError {
  return new StanzaError('forbidden', 'Your role does not allow this command.', { type: 'cancel' });
}

/** Keeps what is at hand at hand, so that the answer to it leaves at once. */
function then<T, R>(value: T | Promise<T>, next: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
