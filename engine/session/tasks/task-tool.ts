import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { Agent } from '../../program/agent.ts';
import type { BoundTool, CallContext } from '../tool-calls/bound-tool.ts';

/** A piece of work that a model gives away. */
export interface Task {
  readonly prompt: string;
  /** Who does it; undefined: the agent itself, with an empty history. */
  readonly helper: Agent | undefined;
  /** A few words for people who watch. */
  readonly description: string | undefined;
  /** Folder of the workspace it is about. */
  readonly cwd: string | undefined;
  /** For a helper with an `inputSchema`. */
  readonly input: Json | undefined;
}

/** Runs a task in a child session and gives its answer: text, or what the helper's `outputSchema` says. */
export type RunTask = (task: Task, context: CallContext) => Promise<Json>;

/**
 * The tool by which a model delegates: to itself with a clean history, or to one of the agent's subagents.
 * @param delegates agents and profiles by name.
 */
export function taskTool(agent: Agent, delegates: Readonly<Record<string, Agent>>, run: RunTask): BoundTool {
  const helpers = agent.subagents.flatMap((name) => delegates[name] ?? []);
  return {
    // The helper goes on with its own history.
    repeatable: true,
    // The helper has rules of its own.
    kinds: [],
    endsItself: true,
    ...(agent.timeoutMs === undefined ? {} : { timeoutMs: agent.timeoutMs }),
    spec: {
      name: 'task',
      description: [
        'Gives a self-contained piece of work to a helper that starts with an empty history; returns its answer. Tasks that do not depend on each other can be given in one turn: they run side by side.',
        ...(helpers.length === 0 ? [] : ['Helpers for "agent":', ...helpers.map(lineOf)]),
      ].join('\n'),
      inputSchema: {
        type: 'object',
        properties: {
          description: {
            type: 'string',
            description: 'The work in three to five words, for people who watch.',
          },
          prompt: {
            type: 'string',
            minLength: 1,
            description: 'The work, with everything the helper must know.',
          },
          ...(helpers.length === 0
            ? {}
            : {
                agent: {
                  type: 'string',
                  enum: agent.subagents,
                  description: 'Which helper; default yourself.',
                },
              }),
          ...(helpers.some(({ inputSchema }) => inputSchema !== undefined)
            ? { input: { type: 'object', description: 'For a helper that takes one.' } }
            : {}),
          ...(agent.sandbox.type === 'none' && !agent.takesSandbox ? {} : folder),
        },
        required: ['prompt'],
        additionalProperties: false,
      },
    },
    run(given, context) {
      const { prompt, agent: name, description, cwd, input } = isObject(given) ? given : {};
      const helper = typeof name === 'string' ? delegates[name] : undefined;
      if (typeof name === 'string' && helper === undefined)
        throw new Problem('tool_input_invalid', `no helper "${name}"${choices(name, agent.subagents)}`);
      return run(
        { prompt: String(prompt), helper, description: textOf(description), cwd: textOf(cwd), input },
        context,
      );
    },
  };
}

const folder: JsonObject = {
  cwd: {
    type: 'string',
    minLength: 1,
    description: 'Folder of the workspace the work is about; the helper sees its files only. Default all.',
  },
};

function lineOf({ name, description, inputSchema }: Agent): string {
  const takes = inputSchema === undefined ? '' : ` Takes "input": ${JSON.stringify(inputSchema)}`;
  return `- ${name}: ${description}${takes}`;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
