import type { Engine } from '../../api.ts';
import type { Json, JsonObject, JsonSchema } from '../../core/json.ts';
import type { Agent } from '../../program/agent.ts';
import type { Workflow } from '../../program/workflow.ts';
import { promptSchema } from '../requests/prompt-body.ts';
import { localised } from './localised.ts';
import { at, objectOf, text } from './shape.ts';

/** The body of a prompt to an agent; with its input where it has a schema. */
export function promptComponent(name: string | undefined, { program }: Engine): JsonObject {
  const input = name === undefined ? undefined : program.agents[name]?.inputSchema;
  return at(input === undefined || name === undefined ? 'Prompt' : componentName('agent', name, 'prompt'));
}

/** What an agent answers with; with its output where it has a schema. */
export function resultComponent(name: string | undefined, { program }: Engine): JsonObject {
  const output = name === undefined ? undefined : program.agents[name]?.outputSchema;
  return at(output === undefined || name === undefined ? 'Answer' : componentName('agent', name, 'answer'));
}

/** The input or output of a workflow; anything where it has no schema. */
export function workflowComponent(
  name: string | undefined,
  { program }: Engine,
  part: 'input' | 'output',
): JsonObject {
  const workflow = name === undefined ? undefined : program.workflows[name];
  const schema = part === 'input' ? workflow?.inputSchema : workflow?.outputSchema;
  return schema === undefined || name === undefined ? {} : at(componentName('workflow', name, part));
}

/** The schemas of a project's agents and workflows, by their names in the description of the API. */
export function projectSchemas({ program }: Engine): Readonly<Record<string, Json>> {
  const all: Record<string, Json> = { Prompt: promptSchema, Answer: answerOf({}) };
  for (const { name, inputSchema, outputSchema } of Object.values(program.agents)) {
    if (inputSchema !== undefined) {
      const input = add(all, 'agent', { name }, 'input', inputSchema);
      all[componentName('agent', name, 'prompt')] = {
        ...promptSchema,
        properties: { ...promptSchema.properties, input },
      };
    }
    if (outputSchema !== undefined)
      all[componentName('agent', name, 'answer')] = answerOf(
        add(all, 'agent', { name }, 'output', outputSchema),
      );
  }
  for (const { name, inputSchema, outputSchema } of Object.values(program.workflows)) {
    if (inputSchema !== undefined) add(all, 'workflow', { name }, 'input', inputSchema);
    if (outputSchema !== undefined) add(all, 'workflow', { name }, 'output', outputSchema);
  }
  return all;
}

function add(
  all: Record<string, Json>,
  kind: 'agent' | 'workflow',
  { name }: Pick<Agent | Workflow, 'name'>,
  part: string,
  schema: JsonSchema,
): JsonObject {
  const component = componentName(kind, name, part);
  Object.assign(all, localised(schema, component));
  return at(component);
}

/** Names of components are letters, digits, `.`, `-` and `_`. */
function componentName(kind: string, name: string, part: string): string {
  return `${kind}.${encodeURIComponent(name).replace(/[^\w.-]/g, '_')}.${part}`;
}

function answerOf(output: JsonObject): JsonObject {
  return objectOf({
    result: objectOf(
      {
        text,
        output,
        usage: at('Usage'),
        model: { type: 'string', description: 'The model that answered.' },
        submissionId: text,
        attempts: { type: 'integer', minimum: 1 },
        typed: at('TypedReport'),
      },
      ['typed'],
    ),
  });
}
