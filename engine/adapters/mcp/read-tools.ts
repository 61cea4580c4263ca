import { isObject, isTooDeep, type Json, type JsonObject } from '../../core/json.ts';
import type { RemoteHints, RemoteTool } from '../../core/remote-tool.ts';
import { cleanText } from './clean-text.ts';

/** Largest description of one tool, in characters of its JSON. */
const largestTool = 256 * 1024;
/** Longest name of a tool. */
const longestName = 200;

/** The tools of a server by the names it gives them, and what is wrong with others. */
export interface ReadTools {
  readonly tools: Readonly<Record<string, RemoteTool>>;
  readonly warnings: readonly string[];
}

/**
 * What a server says of its tools, made usable: schemas whole, texts clean. A tool that nobody could call is left out and told.
 */
export function readTools(listed: readonly unknown[]): ReadTools {
  const tools: Record<string, RemoteTool> = {};
  const warnings: string[] = [];
  for (const item of listed) {
    const tool = item as Json;
    const name = isObject(tool) ? tool['name'] : undefined;
    if (!isObject(tool) || typeof name !== 'string' || name === '' || name.length > longestName) {
      warnings.push('a tool without a usable name is left out');
      continue;
    }
    const shown = cleanText(name);
    if (Object.hasOwn(tools, name)) warnings.push(`tool "${shown}" is there twice; the first one counts`);
    else {
      const read = readTool(tool);
      if (typeof read === 'string') warnings.push(`tool "${shown}" is left out: ${read}`);
      else
        Object.defineProperty(tools, name, {
          value: read,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
  }
  return { tools, warnings };
}

function readTool(tool: JsonObject): RemoteTool | string {
  const { description, inputSchema, outputSchema, annotations } = tool;
  if (isTooDeep(tool)) return 'its description is nested too deeply';
  if (JSON.stringify(tool).length > largestTool) return 'its description is too large';
  if (!isObject(inputSchema)) return 'it does not say what it takes';
  if (inputSchema['type'] !== 'object') return 'what it takes is no object';
  const title = isObject(annotations) ? annotations['title'] : undefined;
  const said = [description, tool['title'], title].find((text) => typeof text === 'string' && text !== '');
  const hints = hintsOf(annotations);
  return {
    description: cleanText(typeof said === 'string' ? said : ''),
    inputSchema: cleanSchema(inputSchema) as JsonObject,
    ...(isObject(outputSchema) ? { outputSchema: cleanSchema(outputSchema) as JsonObject } : {}),
    ...(Object.keys(hints).length === 0 ? {} : { annotations: hints }),
  };
}

function hintsOf(annotations: Json | undefined): RemoteHints {
  if (!isObject(annotations)) return {};
  return Object.fromEntries(
    (['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const).flatMap((hint) => {
      const value = annotations[hint];
      return typeof value === 'boolean' ? [[hint, value] as const] : [];
    }),
  );
}

/** The schema with the texts that models read made clean. */
function cleanSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(cleanSchema);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      (key === 'description' || key === 'title') && typeof value === 'string'
        ? cleanText(value)
        : cleanSchema(value),
    ]),
  );
}
