import { posix } from 'node:path';
import { isObject, stableText, type Json, type JsonSchema } from '../../core/json.ts';

/** Texts that patterns for the main argument of a call are held against. */
export interface MainArgument {
  /** Any of these may fit a rule that asks or refuses. */
  readonly forms: readonly string[];
  /** What a rule that allows must fit. */
  readonly plain: readonly string[];
}

/** Where the paths of a call lead. */
export interface Place {
  /** The workspace as a whole. */
  readonly workspace: string;
  /** What relative paths begin at: the same, or a folder of it. */
  readonly folder: string;
}

/** Which argument of the built-in tools is the main one. */
const mainOf: Readonly<Record<string, string>> = {
  bash: 'command',
  read: 'path',
  write: 'path',
  edit: 'path',
  ls: 'path',
  glob: 'pattern',
  grep: 'pattern',
  task: 'agent',
  load_skill: 'name',
};

const pathTools = new Set(['read', 'write', 'edit', 'ls']);

/**
 * The main argument of a call: of a built-in tool the command, path, pattern or name; of any other the only argument, the first
 * required one, or the first its schema names. What is no text counts as JSON. Paths are also seen without `.` and `..`, from the
 * workspace and from the root.
 */
export function mainArgument(
  tool: string,
  input: Json,
  schema: JsonSchema,
  { workspace, folder }: Place,
): MainArgument {
  const name = Object.hasOwn(mainOf, tool) ? mainOf[tool] : firstOf(schema, input);
  const value = name !== undefined && isObject(input) && Object.hasOwn(input, name) ? input[name] : undefined;
  const text = value === undefined ? '' : typeof value === 'string' ? value : stableText(value);
  if (!pathTools.has(tool)) return { forms: [text], plain: [text] };
  const absolute = posix.resolve(folder, text);
  const plain = [absolute, ...(isBelow(absolute, workspace) ? [posix.relative(workspace, absolute)] : [])];
  return { forms: [...new Set([text, ...plain])], plain };
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function firstOf(schema: JsonSchema, input: Json): string | undefined {
  const given = isObject(input) ? Object.keys(input) : [];
  if (!isObject(schema)) return given[0];
  const { required, properties } = schema;
  const names = isObject(properties) ? Object.keys(properties) : given;
  if (names.length === 1) return names[0];
  const [first] = Array.isArray(required) ? (required as readonly Json[]) : [];
  return typeof first === 'string' ? first : names[0];
}
