import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Agent } from '../../program/agent.ts';
import { checkTasksAllowed } from '../tasks/caller-task.ts';
import { checkGrants, noGrants, type Grants } from '../workspaces/grants.ts';
import type { SessionPorts } from '../ports.ts';
import { helperOf } from '../tasks/prepare-task.ts';
import { prepare, type Ask } from '../prepare.ts';
import { findSkill } from '../skills/skill-message.ts';
import { skilled } from '../skills/skilled.ts';
import type { Said } from './submission-input.ts';
import type { Submission } from './submission.ts';
import { promptWork, type Work } from '../work.ts';

/**
 * Decides everything about a submission, and refuses what could not be done, before it is stored. A secret that came in with a text
 * must not be stored with it, so the model is not told it either. Throws what `prepare` and `checkGrants` throw.
 */
export function prepareSubmission(ports: SessionPorts, submission: Submission): Said {
  const { agent, work = promptWork, grants = noGrants, on = ports } = submission;
  checkGrants(on.program, agent, grants);
  if (work.kind === 'task') checkTask(on.program, grants);
  if (work.kind === 'shell') return { message: commandOf(ports, submission) };
  const prepared = saidOf(on.program, agent, work, submission);
  const { message, input } = prepared;
  return {
    ...prepared,
    message: ports.redact.text(message),
    input: input === undefined ? undefined : ports.redact.json(input),
  };
}

/** Decides how a piece of work is asked. Throws what `prepare` throws. */
export function saidOf(program: SessionPorts['program'], agent: Agent, work: Work, ask: Ask): Said {
  const taker = takerOf(program, agent, work);
  if (work.kind !== 'compact') return prepare(program, taker, ask);
  // It needs a model, but nothing must be said.
  const model = ask.model ?? agent.compaction.model;
  return { ...prepare(program, taker, { ...ask, model, message: work.kind }), message: ask.message ?? '' };
}

/** Who does a piece of work that an agent is asked for. Throws Problem `not_found`, `agent_not_found`. */
export function takerOf(program: SessionPorts['program'], agent: Agent, work: Work): Agent {
  if (work.kind === 'skill') return skilled(agent, findSkill(program, work.skill));
  if (work.kind === 'prompt') return agent;
  const helper = work.kind === 'task' ? helperOfTask(program, agent, work.agent) : undefined;
  if (helper === undefined) return { ...agent, inputSchema: undefined };
  return helperOf(helper, agent.model ?? program.settings.model);
}

/** The subagent that a task is for; undefined: the agent itself. Throws Problem `agent_not_found` with the choices. */
export function helperOfTask(
  { delegates }: SessionPorts['program'],
  agent: Agent,
  name: string | undefined,
): Agent | undefined {
  if (name === undefined) return undefined;
  const helper = agent.subagents.includes(name) ? delegates[name] : undefined;
  if (helper !== undefined) return helper;
  throw new Problem(
    'agent_not_found',
    `agent "${agent.name}" has no subagent "${name}"${choices(name, agent.subagents)}`,
  );
}

function checkTask(program: SessionPorts['program'], { objects: [object] }: Grants): void {
  checkTasksAllowed(program);
  if (object === undefined) return;
  throw new Problem(
    'invalid_request',
    `a task is given tools of the project by their names only, and "${object.name}" is an object`,
  );
}

function commandOf({ redact }: SessionPorts, { agent, message = '' }: Submission): string {
  if (message.trim() === '') throw new Problem('invalid_input', 'the command is empty');
  if (!agent.sandbox.shell)
    throw new Problem('sandbox_denied', `sandbox "${agent.sandbox.name}" does not allow commands`);
  if (redact.text(message) === message) return message;
  throw new Problem(
    'invalid_request',
    'the command holds the value of a secret; name the secret under "secrets" and read it from the environment',
  );
}
