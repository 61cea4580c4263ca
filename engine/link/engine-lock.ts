import { join } from 'node:path';
import { isObject, isTooDeep, type Json } from '../core/json.ts';
import type { RemoteTool, RemoteTools } from '../core/remote-tool.ts';
import { textOnDisk } from '../source/index.ts';
import { digest } from './hash.ts';

/** What `engine.lock` knows of the tools of MCP servers, by names of servers; or why it cannot be used, as the end of a sentence. */
export type EngineLock =
  { readonly servers: Readonly<Record<string, RemoteTools>> } | { readonly fault: string };

/** Name of the lock in the project folder. */
export const lockFile = 'engine.lock';
const version = 1;
const mostText = 32 * 1024 * 1024;

/** Reads the lock of a project; a project without one knows nothing of any server. */
export function readEngineLock(folder: string): EngineLock {
  const text = textOnDisk(join(folder, lockFile));
  if (text === undefined) return { servers: {} };
  const before = known.get(folder);
  if (before?.text === text) return before.lock;
  const lock = parse(text);
  known.set(folder, { text, lock });
  return lock;
}

/** The text of a lock: the same for the same tools, one line for each thing that can change. */
export function engineLockText(servers: Readonly<Record<string, RemoteTools>>): string {
  const all = sortedBy(servers, (tools) => ({
    tools: sortedBy(tools, (tool) => ({ hash: hashOfTool(tool), ...sorted(tool) })),
  }));
  return `${JSON.stringify({ lockVersion: version, mcpServers: all }, null, 2)}\n`;
}

const known = new Map<string, { readonly text: string; readonly lock: EngineLock }>();

function parse(text: string): EngineLock {
  if (text.length > mostText) return { fault: 'is larger than 32 MiB' };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.split('\n')[0] : '';
    return { fault: text.includes('<<<<<<<') ? 'holds a merge conflict' : `is no JSON: ${why ?? ''}` };
  }
  if (!isObject(value) || isTooDeep(value) || !isObject(value['mcpServers']))
    return { fault: 'is no lock file' };
  if (value['lockVersion'] !== version)
    return {
      fault: `is of version ${JSON.stringify(value['lockVersion'] ?? null)}; this engine reads version ${version}`,
    };
  const servers: Record<string, RemoteTools> = {};
  for (const [server, entry] of Object.entries(value['mcpServers'])) {
    const tools = isObject(entry) ? entry['tools'] : undefined;
    if (!isObject(tools)) return { fault: `says nothing of the tools of server "${server}"` };
    const read: Record<string, RemoteTool> = {};
    for (const [name, tool] of Object.entries(tools)) {
      if (!isObject(tool) || !isSchema(tool['inputSchema']) || typeof tool['description'] !== 'string')
        return { fault: `does not describe tool "${name}" of server "${server}"` };
      const { hash, ...rest } = tool;
      if (hash !== hashOfTool(rest))
        return { fault: `was changed by hand at tool "${name}" of server "${server}"` };
      read[name] = rest as unknown as RemoteTool;
    }
    servers[server] = read;
  }
  return { servers };
}

function hashOfTool(tool: object): string {
  return digest(tool);
}

function isSchema(value: Json | undefined): boolean {
  return typeof value === 'boolean' || isObject(value);
}

function sortedBy<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, map(record[key] as T)] as const),
  );
}

/** Keys of a tool in the order a reader wants; inside schemas the order of the server says nothing. */
function sorted({ description, annotations, inputSchema, outputSchema }: RemoteTool): object {
  return {
    description,
    ...(annotations === undefined ? {} : { annotations: deep(annotations as Json) }),
    inputSchema: deep(inputSchema),
    ...(outputSchema === undefined ? {} : { outputSchema: deep(outputSchema) }),
  };
}

function deep(value: Json): Json {
  if (Array.isArray(value)) return value.map(deep);
  return isObject(value) ? sortedBy(value, deep) : value;
}
