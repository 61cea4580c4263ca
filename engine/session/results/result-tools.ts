import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import type { Message, ToolResultPart } from '../../core/message.ts';
import { Problem } from '../../core/problem.ts';
import type { BoundTool } from '../tool-calls/bound-tool.ts';
import type { ResultCheck } from './typed-result.ts';

/** The tools by which a model gives a typed result, or says that there is none. */
export interface ResultTools {
  readonly finish: BoundTool;
  readonly giveUp: BoundTool;
}

/** How a model ended with one of the result tools. */
export type ResultEnd = { readonly value: Json } | { readonly fault: string } | { readonly givenUp: string };

/** The result tools for a schema, under names that no other tool of the operation has. */
export function resultTools(
  schema: JsonSchema,
  names: ReadonlyMap<string, unknown>,
  check: ResultCheck | undefined,
): ResultTools {
  return {
    finish: {
      repeatable: true,
      isFree: true,
      spec: {
        name: names.has('finish') ? 'finish_result' : 'finish',
        description: 'Ends the work with its result. Call it once, when everything else is done.',
        inputSchema: parametersOf(schema),
      },
      async run(input) {
        const fault = await check?.(valueOf(input, schema));
        if (fault !== undefined) throw new Problem('tool_input_invalid', `invalid result: ${fault}`);
        return 'accepted';
      },
    },
    giveUp: {
      repeatable: true,
      isFree: true,
      spec: {
        name: names.has('give_up') ? 'give_up_result' : 'give_up',
        description: 'Ends the work without a result, when there cannot be one.',
        inputSchema: {
          type: 'object',
          properties: { reason: { type: 'string', minLength: 1, description: 'Why there is no result.' } },
          required: ['reason'],
          additionalProperties: false,
        },
      },
      run: () => Promise.resolve('accepted'),
    },
  };
}

/**
 * How the model ended with the result tools, from what stands behind the message of the operation: the last accepted call counts, one
 * that was refused only at the very end. Undefined when it did not end with them.
 */
export function resultEnd(
  messages: readonly Message[],
  { finish, giveUp }: ResultTools,
  schema: JsonSchema,
): ResultEnd | undefined {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message?.role !== 'tool') continue;
    const own = message.content.filter(
      ({ toolName }) => toolName === finish.spec.name || toolName === giveUp.spec.name,
    );
    const accepted = own.find(({ isError }) => !isError);
    if (accepted !== undefined) {
      const input = inputOf(messages.slice(0, at), accepted);
      if (accepted.toolName === finish.spec.name) return { value: valueOf(input, schema) };
      return { givenUp: isObject(input) ? String(input['reason']) : '' };
    }
    if (at === messages.length - 1 && own[0] !== undefined) return { fault: String(own[0].output) };
  }
  return undefined;
}

/** How many results were refused before the last message. */
export function refusedBefore(messages: readonly Message[], { finish }: ResultTools): number {
  return messages
    .slice(0, -1)
    .filter(
      (message) =>
        message.role === 'tool' &&
        message.content.some(({ toolName, isError }) => isError && toolName === finish.spec.name),
    ).length;
}

function inputOf(before: readonly Message[], { toolCallId }: ToolResultPart): Json {
  for (const part of before.at(-1)?.content ?? [])
    if (part.type === 'tool_call' && part.toolCallId === toolCallId) return part.input;
  return null;
}

/** The parameters of `finish`: tools take objects, so another schema becomes the property `result`. */
function parametersOf(schema: JsonSchema): JsonSchema {
  if (isWhole(schema)) return schema;
  const { $defs, definitions, ...inner }: JsonObject = isObject(schema) ? schema : {};
  return {
    type: 'object',
    properties: { result: isObject(schema) ? inner : schema },
    required: ['result'],
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
}

function valueOf(input: Json, schema: JsonSchema): Json {
  if (isWhole(schema)) return input;
  return isObject(input) ? (input['result'] ?? null) : null;
}

function isWhole(schema: JsonSchema): boolean {
  return isObject(schema) && schema['type'] === 'object';
}
