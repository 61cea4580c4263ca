import { isObject, toJson, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { isStandard, issueText, jsonSchemaOf, type StandardSchema } from '../../core/standard-schema.ts';
import type { OpenTool, ToolContext, ToolDefinition } from '../../ports/tool-source.ts';
import { endOf } from './end-of.ts';

/** Runs a tool in TypeScript: gives JSON, and throws Problem `tool_failed`, `timeout`, `aborted` or the tool's own. */
export function runnerOf(tool: string, definition: ToolDefinition<Json>): OpenTool['run'] {
  return async (input, context) => {
    const { inputSchema, outputSchema } = definition;
    let result: unknown;
    try {
      // Without a schema of its own it starts at once.
      const given = isStandard(inputSchema)
        ? await checked(inputSchema, input, 'tool_input_invalid', `input of tool "${tool}"`)
        : input;
      result = await definition.run(given as Json, withPlainLog(context));
      if (isStandard(outputSchema))
        result = await checked(outputSchema, result, 'tool_output_invalid', `output of tool "${tool}"`);
    } catch (thrown) {
      throw failureOf(tool, thrown, context.signal);
    }
    return jsonOf(tool, result);
  };
}

/**
 * The schema of a definition as JSON Schema. Throws Problem `tool_invalid` for a Standard Schema that gives none.
 * @param what which schema of which tool, for messages.
 */
export function definedSchema(
  schema: ToolDefinition['inputSchema'] | ToolDefinition['outputSchema'],
  side: 'input' | 'output',
  what: string,
): JsonSchema | undefined {
  if (!isStandard(schema)) return schema;
  return jsonSchemaOf(
    schema,
    side,
    (fault, cause) => new Problem('tool_invalid', `${what} ${fault}`, { cause }),
  );
}

/** What a Standard Schema makes of a value. */
async function checked(schema: StandardSchema, value: unknown, code: string, what: string): Promise<unknown> {
  const outcome = await schema['~standard'].validate(value);
  if (outcome.issues === undefined) return outcome.value;
  throw new Problem(code, `${what}: ${outcome.issues.map(issueText).join('; ')}`);
}

function failureOf(tool: string, thrown: unknown, signal: AbortSignal): Problem {
  if (thrown instanceof Problem) return plainProblem(thrown);
  if (signal.aborted) return endOf(`tool "${tool}"`, signal, thrown);
  return new Problem('tool_failed', `tool "${tool}" failed: ${messageOf(thrown)}`, { cause: thrown });
}

function jsonOf(tool: string, result: unknown): Json {
  try {
    return toJson(result);
  } catch (thrown) {
    throw new Problem('tool_failed', `tool "${tool}" gave a value that is not JSON: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** What a module logs is stored as JSON; the rest of what it may say (cycles, BigInt) would break the record it goes to. */
function withPlainLog(context: ToolContext): ToolContext {
  return {
    ...context,
    log: (message: unknown, fields?: unknown) =>
      context.log(String(message), fields === undefined ? undefined : plainFields(fields)),
  };
}

function plainFields(fields: unknown): JsonObject {
  try {
    const json = toJson(fields);
    return isObject(json) ? json : { value: json };
  } catch (thrown) {
    return { unreadable: messageOf(thrown) };
  }
}

/** A module's own Problem, without the details when they are not JSON. */
function plainProblem(problem: Problem): Problem {
  const code = typeof problem.code === 'string' ? problem.code : 'tool_failed';
  const { message, cause, retryable } = problem;
  if (problem.details === undefined)
    return code === problem.code ? problem : new Problem(code, message, { cause, retryable });
  try {
    return new Problem(code, message, { details: toJson(problem.details), cause, retryable });
  } catch {
    return new Problem(code, message, { cause, retryable });
  }
}

/** The first paragraph of an error's message: later ones are code frames and require stacks. */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return (
    message
      .split(/\n\s*(?:\n|Require stack:)/)[0]
      ?.replace(/\s*\n\s*/g, ' ')
      .trim() || 'no message'
  );
}
