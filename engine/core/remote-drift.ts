import { isObject, stableText, type Json, type JsonObject } from './json.ts';
import type { RemoteTool, RemoteTools } from './remote-tool.ts';

/** What is different about the tools of a server, each as a line for people. */
export interface RemoteDrift {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** By name of the tool: what changed, a line each. */
  readonly changed: Readonly<Record<string, readonly string[]>>;
}

/** Most lines about one tool. */
const mostLines = 12;

/** How the tools of a server differ from what was known of them. */
export function remoteDrift(known: RemoteTools, now: RemoteTools): RemoteDrift {
  const names = Object.keys(known).sort();
  return {
    added: Object.keys(now)
      .sort()
      .filter((name) => !Object.hasOwn(known, name)),
    removed: names.filter((name) => !Object.hasOwn(now, name)),
    changed: Object.fromEntries(
      names.flatMap((name) => {
        const [before, after] = [known[name], now[name]];
        if (!Object.hasOwn(now, name) || before === undefined || after === undefined) return [];
        const lines = toolChanges(before, after);
        return lines.length === 0 ? [] : [[name, lines] as const];
      }),
    ),
  };
}

/** Whether nothing is different. */
export function isSame({ added, removed, changed }: RemoteDrift): boolean {
  return added.length === 0 && removed.length === 0 && Object.keys(changed).length === 0;
}

/** The lines of a drift: `tool "echo" changed: input "message" is new and required`. */
export function driftLines({ added, removed, changed }: RemoteDrift): string[] {
  return [
    ...Object.entries(changed).flatMap(([tool, lines]) =>
      lines.map((line) => `tool "${tool}" changed: ${line}`),
    ),
    ...removed.map((tool) => `tool "${tool}" is gone`),
    ...added.map((tool) => `tool "${tool}" is new`),
  ];
}

function toolChanges(before: RemoteTool, after: RemoteTool): string[] {
  const lines = [
    ...(before.description === after.description
      ? []
      : [`its description is now ${quote(after.description)}`]),
    ...schemaChanges('input', before.inputSchema, after.inputSchema),
    ...schemaChanges('output', before.outputSchema, after.outputSchema),
    ...hintChanges(before, after),
  ];
  const [more] = lines.slice(mostLines);
  return more === undefined
    ? lines
    : [...lines.slice(0, mostLines), `${lines.length - mostLines} more changes`];
}

function hintChanges(
  { annotations: before = {} }: RemoteTool,
  { annotations: after = {} }: RemoteTool,
): string[] {
  return (['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const).flatMap((hint) =>
    before[hint] === after[hint] ? [] : [`"${hint}" is now ${after[hint] ?? 'not said'}`],
  );
}

function schemaChanges(what: string, before: unknown, after: unknown): string[] {
  if (text(before) === text(after)) return [];
  if (before === undefined) return [`it now says what its ${what} is`];
  if (after === undefined) return [`it no longer says what its ${what} is`];
  const lines = fieldChanges(what, '', before as Json, after as Json, 0);
  return lines.length === 0 ? [`its ${what} is described differently`] : lines;
}

/** Walks what two schemas say of the fields of objects; anything else about a field is one line. */
function fieldChanges(what: string, path: string, before: Json, after: Json, depth: number): string[] {
  const here = path === '' ? `its ${what}` : `${what} "${path}"`;
  if (!isObject(before) || !isObject(after) || depth > 8) return [`${here} is described differently`];
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].sort();
  const fields = names.flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`;
    const field = `${what} "${at}"`;
    const [was, is] = [own(old, name), own(fresh, name)];
    const needed = isRequired(after, name);
    if (was === undefined) return [`${field} is new${needed ? ' and required' : ''}`];
    if (is === undefined) return [`${field} is gone`];
    return [
      ...(isRequired(before, name) === needed
        ? []
        : [`${field} is ${needed ? 'now' : 'no longer'} required`]),
      ...(text(was) === text(is) ? [] : fieldChanges(what, at, was, is, depth + 1)),
    ];
  });
  const items =
    text(before['items']) === text(after['items'])
      ? []
      : fieldChanges(what, `${path}[]`, before['items'] ?? true, after['items'] ?? true, depth + 1);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const rest = keys
    .filter((key) => !['properties', 'required', 'items', '$schema'].includes(key))
    .filter((key) => text(before[key]) !== text(after[key]))
    .map((key) => `${here}: "${key}" was ${shown(before[key])} and is ${shown(after[key])}`);
  return [...rest, ...fields, ...items];
}

function fieldsOf(schema: JsonObject): JsonObject {
  const fields = schema['properties'];
  return isObject(fields) ? fields : {};
}

function isRequired(schema: JsonObject, name: string): boolean {
  const required = schema['required'];
  return Array.isArray(required) && required.includes(name);
}

function own(fields: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function text(value: unknown): string {
  return value === undefined ? '' : stableText(value);
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not said' : quote(typeof value === 'string' ? value : JSON.stringify(value));
}

function quote(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return `"${line.length > 120 ? `${line.slice(0, 119)}…` : line}"`;
}
