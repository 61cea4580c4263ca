import { isObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { isStandard } from '../../core/standard-schema.ts';
import type { ToolDefinition } from '../../ports/tool-source.ts';

/**
 * A tool written in TypeScript: the default export of a module in `src/tools/`. Returns the definition unchanged.
 * `description` and `inputSchema` may be left to a YAML file of the same name, whose words win.
 * `run` gets input that fits the schema and gives anything JSON can carry; what it throws is the tool's failure.
 * Throws Problem `tool_invalid` when the definition cannot be a tool.
 *
 * @example
 * export default defineTool<{ order: string }>({
 *   description: 'Looks up an order',
 *   inputSchema: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
 *   async run({ order }, { signal }) {
 *     const response = await fetch(`https://shop.example/orders/${order}`, { signal });
 *     return response.json();
 *   },
 * });
 */
export function defineTool<Input>(definition: ToolDefinition<Input>): ToolDefinition<Input> {
  const fault = definitionFault(definition);
  if (fault !== undefined) throw new Problem('tool_invalid', `defineTool: ${fault}`);
  return definition;
}

/** Why a value cannot be a tool definition, or undefined. */
export function definitionFault(value: unknown): string | undefined {
  if (!isObject(value)) return 'a tool is an object with a "run" function';
  const { run, description, inputSchema, outputSchema, annotations } = value as Record<string, unknown>;
  if (typeof run !== 'function') return '"run" must be a function';
  if (description !== undefined && (typeof description !== 'string' || description.trim() === '')) {
    return '"description" must be a text';
  }
  if (!isSchema(inputSchema)) return '"inputSchema" must be a JSON Schema';
  if (!isSchema(outputSchema)) return '"outputSchema" must be a JSON Schema';
  if (annotations !== undefined && !isObject(annotations)) return '"annotations" must be an object';
  return undefined;
}

function isSchema(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean' || isObject(value) || isStandard(value);
}
