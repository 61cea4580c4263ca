import type { JsonSchema } from '../../core/json.ts';

/** What lists say of an agent or a workflow. */
export function shortOf({
  name,
  description,
  inputSchema,
  outputSchema,
}: {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
}): object {
  return { name, description, inputSchema, outputSchema };
}
