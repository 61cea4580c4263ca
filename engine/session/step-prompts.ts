import type { EventScope } from '../core/event.ts';
import { encodeKey } from '../core/ids.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Activities, ActivityCall, PromptOutcome } from '../ports/activities.ts';
import type { Agent } from '../program/agent.ts';
import type { Workflow } from '../program/workflow.ts';
import { checkTasksAllowed } from './tasks/caller-task.ts';
import type { Conduct } from './conversation.ts';
import { startSpending, totalOf } from './budget.ts';
import { describedHelper } from './skills/described.ts';
import { withoutWaiting } from './execution-part.ts';
import { imageOf } from './image.ts';
import type { SessionPorts } from './ports.ts';
import type { RunSurroundings } from './run-surroundings.ts';
import type { Sessions } from './sessions.ts';
import { skillMessage } from './skills/skill-message.ts';
import { skilled } from './skills/skilled.ts';
import type { Submission } from './submissions/submission.ts';
import { taskIdOf, tellTask } from './tasks/task-events.ts';
import type { Workspace } from './workspaces/workspace.ts';

type Asked = Pick<Submission, 'agent' | 'address' | 'message'> & Partial<Submission>;

/**
 * What the steps of one run ask of models, through sessions.
 * @param run.emit receives every event of what the steps do, for the run's stream.
 */
export function createStepPrompts(
  ports: SessionPorts,
  sessions: Sessions,
  workflow: Workflow,
  workspace: Workspace,
  run: Pick<RunSurroundings, 'id' | 'emit' | 'people' | 'part'>,
): Pick<Activities, 'prompt' | 'agent' | 'skill' | 'task' | 'dispatch'> {
  const { agents, delegates, skills } = ports.program;

  return {
    async prompt(call, request) {
      const images = await Promise.all(request.images.map((image) => imageOf(image, workspace)));
      const { modelSettings, thinking } = request;
      const asked = { ...plain(request.session), message: request.prompt, images, modelSettings, thinking };
      return ask(call, { ...asked, ...choicesOf(request) }, workspace);
    },

    agent(call, request) {
      const { message, input, instance, session } = request;
      const agent = named(request.agent);
      const address = { agent: agent.name, instance, session };
      return ask(call, { agent, address, message, input, ...choicesOf(request) });
    },

    async skill(call, request) {
      const { session } = request;
      const skill = Object.hasOwn(skills, request.skill) ? skills[request.skill] : undefined;
      if (skill === undefined)
        throw new Problem(
          'invalid_project',
          `no skill "${request.skill}"${choices(request.skill, Object.keys(skills))}`,
        );
      const own = request.agent === undefined ? undefined : named(request.agent);
      const { agent, address } =
        own === undefined
          ? plain(session)
          : { agent: own, address: { agent: own.name, instance: run.id, session } };
      const message = skillMessage(ports.program, skill, request.arguments);
      const { on, helper = agent } = await describedHelper(ports, address, { helper: own, input: undefined });
      const asked = { agent: skilled(helper, skill), on, address, message, kind: 'skill' as const };
      return ask(call, { ...asked, ...choicesOf(request) }, own === undefined ? workspace : undefined);
    },

    async task(call, request) {
      checkTasksAllowed(ports.program);
      const { task: message, session } = request;
      const agent = request.agent === undefined ? workflow.prompter : named(request.agent, delegates);
      const address = { agent: `task:${agent.name}`, instance: run.id, session };
      const scope: EventScope = { ...scopeOf(call), taskId: taskIdOf(keyOf(call)) };
      const helper = request.agent === undefined ? undefined : agent;
      const spent = startSpending(agent, undefined);
      const told = {
        scope,
        prompt: message,
        agent: helper?.name,
        description: undefined,
        cwd: undefined,
        used: () => totalOf(spent).usage,
        emit: run.emit,
      };
      return tellTask(ports.clock, told, () => {
        // A run with files shares them with who works for it.
        const shared = helper === undefined || workflow.sandbox.type !== 'none' ? workspace : undefined;
        const target = { ...agent, inputSchema: undefined };
        const asked = { agent: target, address, message, kind: 'task' as const, spent };
        return ask(call, { ...asked, ...choicesOf(request) }, shared, scope);
      });
    },

    async dispatch(call, { message, input, ...to }) {
      const agent = named(to.agent);
      const { idempotencyKey } = call;
      const callers = withoutWaiting(run.part.callers);
      const asked = { agent, address: to, message, input, callers };
      const { submissionId, receipt } = await sessions.submit({ ...unasked, ...asked, idempotencyKey });
      return { submissionId, ...to, acceptedAt: new Date(receipt.acceptedAt).toISOString() };
    },
  };

  function named(name: string, all: Readonly<Record<string, Agent>> = agents): Agent {
    const agent = Object.hasOwn(all, name) ? all[name] : undefined;
    if (agent !== undefined) return agent;
    throw new Problem('agent_not_found', `no agent "${name}"${choices(name, Object.keys(all))}`);
  }

  /** The model alone, in the run. */
  function plain(session: string): Pick<Submission, 'agent' | 'address'> {
    const address = { agent: `workflow:${workflow.name}`, instance: run.id, session };
    return { agent: workflow.prompter, address };
  }

  async function ask(
    call: ActivityCall,
    asked: Asked,
    own?: Workspace,
    scope: EventScope = scopeOf(call),
  ): Promise<PromptOutcome> {
    let used: Parameters<NonNullable<Conduct['spent']>>[0] | undefined;
    const conduct: Conduct = {
      spent: (count) => (used = count),
      key: keyOf(call),
      scope,
      signal: call.signal,
      emit: run.emit,
      people: run.people(call.stepPath),
      part: run.part,
    };
    const submission: Submission = { ...unasked, ...asked, signal: call.signal };
    try {
      const { text, output, usage, modelCalls } = await sessions.inside(submission, conduct, own);
      return { text, output, usage, modelCalls };
    } catch (thrown) {
      if (used !== undefined) call.lost?.(used.usage, used.modelCalls);
      throw thrown;
    }
  }

  /** The same after a crash. */
  function keyOf({ stepPath, tries }: ActivityCall): string {
    return encodeKey(run.id, stepPath, String(tries));
  }

  function scopeOf({ stepPath }: ActivityCall): EventScope {
    return { runId: run.id, stepPath };
  }
}

/** What most steps leave open. */
const unasked = {
  input: undefined,
  images: [],
  model: undefined,
  modelSettings: {},
  thinking: undefined,
  role: undefined,
  schema: undefined,
  timeoutMs: undefined,
  signal: undefined,
};

/** What every step that asks a model may choose. */
function choicesOf({
  model,
  role,
  outputSchema: schema,
}: Pick<Parameters<Activities['agent']>[1], 'model' | 'role' | 'outputSchema'>): Pick<
  Submission,
  'model' | 'role' | 'schema'
> {
  return { model, role, schema };
}
