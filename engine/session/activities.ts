import type { NewEvent } from '../core/event.ts';
import { encodeKey } from '../core/ids.ts';
import { asProblem, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import { compileSchema } from '../expr/index.ts';
import type { Activities, ActivityCall, PromptOutcome } from '../ports/activities.ts';
import type { Workflow } from '../program/workflow.ts';
import type { Conduct } from './conversation.ts';
import { runDeclaredTool } from './declared-tool.ts';
import { within } from './deadline.ts';
import type { SessionPorts } from './ports.ts';
import type { Sessions, Submission } from './sessions.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

/** The activities of one run; `close` stores and closes the run's workspace. */
export interface RunActivities extends Activities {
  close(): Promise<void>;
}

/**
 * What the steps of one run may do: prompts and agents through sessions, tools in the run's own workspace.
 * @param emit receives every event of what the steps do, for the run's stream.
 */
export function createActivities(
  ports: SessionPorts,
  sessions: Sessions,
  workflow: Workflow,
  run: { readonly id: string; emit(event: NewEvent): void },
): RunActivities {
  const workspace: Workspace = createWorkspace(ports, workflow.sandbox, {
    name: `workflow:${workflow.name}`,
    id: run.id,
    env: {},
  });

  return {
    prompt(call, request) {
      const agent = workflow.prompter;
      return prompt(
        call,
        {
          agent,
          address: { agent: `workflow:${request.workflow}`, instance: run.id, session: request.session },
          message: request.prompt,
          input: undefined,
          model: request.model,
          modelSettings: request.modelSettings,
          thinking: request.thinking,
          role: request.role,
          schema: request.outputSchema,
        },
        workspace,
      );
    },
    agent(call, request) {
      const agent = Object.hasOwn(ports.program.agents, request.agent)
        ? ports.program.agents[request.agent]
        : undefined;
      if (agent === undefined) {
        throw new Problem(
          'agent_not_found',
          `no agent "${request.agent}"${choices(request.agent, Object.keys(ports.program.agents))}`,
        );
      }
      return prompt(call, {
        agent,
        address: { agent: agent.name, instance: request.instance, session: request.session },
        message: request.message,
        input: request.input,
        model: request.model,
        modelSettings: {},
        thinking: undefined,
        role: request.role,
        schema: request.outputSchema,
      });
    },
    async tool(call, { tool: name, input }) {
      const tool = Object.hasOwn(ports.program.tools, name) ? ports.program.tools[name] : undefined;
      if (tool === undefined)
        throw new Problem(
          'tool_invalid',
          `no tool "${name}"${choices(name, Object.keys(ports.program.tools))}`,
        );
      try {
        const opened = await ports.tools.open(tool);
        const output = await within(
          call.signal,
          runDeclaredTool(ports, tool, opened, input, {
            signal: call.signal,
            workspace,
            runId: run.id,
            stepPath: call.stepPath,
            toolCallId: call.stepPath,
            idempotencyKey: call.idempotencyKey,
            attempt: call.attempt,
            secrets: [],
            log: (message, fields) =>
              run.emit({
                ...scopeOf(call),
                type: 'log',
                data: { level: 'info', message, ...(fields === undefined ? {} : { fields }) },
              }),
          }),
        );
        return ports.redact.json(output);
      } catch (thrown) {
        // What a step recovered from is recorded, and its message may quote what the tool was given.
        throw redacted(ports, asProblem(thrown));
      } finally {
        await workspace.save();
      }
    },
    check: (schema, value) => compileSchema(schema).check(value),
    close: () => workspace.close(),
  };

  async function prompt(
    call: ActivityCall,
    ask: Omit<Submission, 'images' | 'timeoutMs' | 'signal'>,
    own?: Workspace,
  ): Promise<PromptOutcome> {
    const conduct: Conduct = {
      key: encodeKey(run.id, call.stepPath, String(call.attempt)),
      scope: scopeOf(call),
      signal: call.signal,
      emit: run.emit,
    };
    const result = await sessions.inside(
      { ...ask, images: [], timeoutMs: undefined, signal: call.signal },
      conduct,
      own,
    );
    return { text: result.text, output: result.output, usage: result.usage, modelCalls: result.modelCalls };
  }

  function scopeOf(call: ActivityCall): { runId: string; stepPath: string } {
    return { runId: run.id, stepPath: call.stepPath };
  }
}

function redacted({ redact }: SessionPorts, problem: Problem): Problem {
  const { code, message, details, cause } = problem;
  return new Problem(code, redact.text(message), {
    ...(details === undefined ? {} : { details: redact.json(details) }),
    cause,
    retryable: problem.retryable,
  });
}
