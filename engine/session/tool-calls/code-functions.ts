import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CodeFunction } from '../../ports/code-runner.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../program/sandbox.ts';
import { deadline, within } from '../deadline.ts';

/** Nothing waits without a deadline. */
export const longestCallMs = 120_000;
/** For functions that have deadlines of their own. */
export const ownDeadlineMs = 86_400_000;

/** A function of code that takes named arguments, like a tool. */
export interface CalledFunction {
  readonly parameters: readonly string[];
  call(input: JsonObject, signal: AbortSignal): Promise<Json>;
}

/**
 * The files of a sandbox for code, under its policy: `read_file`, `list_files` and `file_exists`, and `write_file` where it may be
 * written. None without files.
 */
export function fileFunctions(
  { type, write }: Pick<SandboxSpec, 'type' | 'write'>,
  open: () => Promise<Sandbox>,
): Readonly<Record<string, CalledFunction>> {
  if (type === 'none') return {};
  return {
    read_file: {
      parameters: ['path'],
      async call(input) {
        const path = textIn(input, 'path');
        const bytes = await (await open()).readFile(path);
        try {
          return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        } catch {
          throw new Problem('sandbox_failed', `the file is no UTF-8 text: "${path}"`);
        }
      },
    },
    list_files: {
      parameters: ['path'],
      async call(input) {
        const entries = await (await open()).list(textIn(input, 'path', '.'));
        return entries.map(({ path, kind, size }) => ({ path, kind, size }));
      },
    },
    file_exists: {
      parameters: ['path'],
      call: async (input) => (await (await open()).stat(textIn(input, 'path'))) !== undefined,
    },
    ...(write
      ? {
          write_file: {
            parameters: ['path', 'text'],
            async call(input: JsonObject) {
              await (await open()).writeFile(textIn(input, 'path'), textIn(input, 'text'));
              return null;
            },
          },
        }
      : {}),
  };
}

/** A function for a runner: its arguments by name, and no call without an end. */
export function codeFunction(
  clock: Clock,
  name: string,
  { parameters, call }: CalledFunction,
  timeoutMs = longestCallMs,
): CodeFunction {
  return {
    parameters,
    call: async (args, named, signal) =>
      bounded(clock, name, timeoutMs, signal, inputOf(name, parameters, args, named), call),
  };
}

/** Calls a function under a deadline; one that ignores it is left behind. */
export async function bounded(
  clock: Clock,
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
  input: JsonObject,
  call: CalledFunction['call'],
): Promise<Json> {
  const limit = deadline(clock, timeoutMs, [signal], `the function "${name}"`);
  try {
    return await within(limit.signal, call(input, limit.signal));
  } finally {
    limit.cancel();
  }
}

/** What a tool takes, in the order in which code may give it: what it needs comes first. */
export function parametersOf(schema: JsonSchema): readonly string[] {
  if (!isObject(schema)) return [];
  const { required, properties } = schema;
  const needed = Array.isArray(required)
    ? required.filter((name): name is string => typeof name === 'string')
    : [];
  const all = isObject(properties) ? Object.keys(properties) : [];
  return [...needed, ...all.filter((name) => !needed.includes(name))];
}

/** The name of a tool in Python. */
export function pythonName(tool: string): string {
  return tool.replaceAll('-', '_');
}

function inputOf(
  name: string,
  parameters: readonly string[],
  args: readonly Json[],
  named: JsonObject,
): JsonObject {
  if (args.length > parameters.length)
    throw new Problem(
      'tool_input_invalid',
      `${name}() takes ${parameters.length} arguments by position, but ${args.length} were given; it is called as ${name}(${parameters.join(', ')})`,
    );
  const placed = args.map((value, index) => [parameters[index] ?? '', value] as const);
  const twice = placed.find(([parameter]) => Object.hasOwn(named, parameter));
  if (twice !== undefined) throw new Problem('tool_input_invalid', `${name}() was given "${twice[0]}" twice`);
  return { ...Object.fromEntries(placed), ...named };
}

function textIn(input: JsonObject, name: string, otherwise?: string): string {
  const value = input[name] ?? otherwise;
  if (typeof value === 'string') return value;
  throw new Problem(
    'tool_input_invalid',
    value === undefined ? `"${name}" is missing` : `"${name}" must be a text`,
  );
}
