import { isObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Agent } from '../program/agent.ts';
import type { BoundTool, CallContext } from './bound-tool.ts';

/** Runs a task in a child session and gives its answer. */
export type RunTask = (task: {
  readonly prompt: string;
  readonly agent: Agent;
  readonly context: CallContext;
}) => Promise<string>;

/**
 * The tool by which a model delegates: to itself with a clean history, or to one of the agent's subagents.
 */
export function taskTool(agent: Agent, delegates: Readonly<Record<string, Agent>>, run: RunTask): BoundTool {
  const described = agent.subagents
    .map((name) => `- ${name}: ${delegates[name]?.description ?? ''}`)
    .join('\n');
  return {
    // The helper goes on with its own history.
    repeatable: true,
    ...(agent.timeoutMs === undefined ? {} : { timeoutMs: agent.timeoutMs }),
    spec: {
      name: 'task',
      description:
        'Gives a self-contained piece of work to a helper that starts with an empty history and shares the workspace; returns its answer.' +
        (described === '' ? '' : `\nHelpers for "agent":\n${described}`),
      inputSchema: {
        type: 'object',
        properties: {
          prompt: {
            type: 'string',
            minLength: 1,
            description: 'The work, with everything the helper must know.',
          },
          ...(agent.subagents.length === 0
            ? {}
            : {
                agent: {
                  type: 'string',
                  enum: agent.subagents,
                  description: 'Which helper; default yourself.',
                },
              }),
        },
        required: ['prompt'],
        additionalProperties: false,
      },
    },
    run(input, context) {
      const { prompt, agent: name } = isObject(input) ? input : {};
      const target = typeof name === 'string' ? delegates[name] : agent;
      if (target === undefined) {
        throw new Problem(
          'tool_input_invalid',
          `no helper "${String(name)}"${choices(String(name), agent.subagents)}`,
        );
      }
      return run({ prompt: String(prompt), agent: target, context });
    },
  };
}
