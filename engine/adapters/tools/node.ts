import { relative } from 'node:path';
import { isObject, toJson, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { OpenTool, ToolContext, ToolDefinition } from '../../ports/tool-source.ts';
import type { NodeTool, Tool } from '../../program/tool.ts';
import { definitionFault } from './define-tool.ts';
import { endOf } from './end-of.ts';
import type { ModuleLoader } from './module-loader.ts';

/**
 * Imports a tool's module: a `defineTool` object or a bare function. What the tool's YAML file says wins over the module.
 * Throws Problem `tool_invalid`, naming the file, when the module cannot be imported or holds no tool.
 */
export async function openNodeTool(tool: Tool, node: NodeTool, loader: ModuleLoader): Promise<OpenTool> {
  const file = relative(process.cwd(), node.module);
  const invalid = (fault: string, cause?: unknown): Problem =>
    new Problem('tool_invalid', `tool "${tool.name}": ${file} ${fault}`, { cause });

  const exports = await loader.load(node.module).catch((thrown: unknown) => {
    throw invalid(`cannot be imported: ${messageOf(thrown)}`, thrown);
  });
  const exported = exportOf(exports, node.export);
  if (exported === undefined) {
    const names = Object.keys(exports).filter((name) => name !== 'default');
    throw invalid(`has no ${exportWords(node.export)}${choices(node.export, names)}`);
  }
  const definition = definitionOf(exported);
  const fault = definitionFault(definition);
  if (fault !== undefined) throw invalid(`has an unusable ${exportWords(node.export)}: ${fault}`);

  const description = tool.description === '' ? definition.description : tool.description;
  if (description === undefined) throw invalid('must give a "description"');
  // A tool described in YAML that says nothing of its input takes none.
  const silent = tool.description === '' ? undefined : noInput;
  const inputSchema = tool.inputSchema ?? definition.inputSchema ?? silent;
  if (inputSchema === undefined) throw invalid('must give an "inputSchema"');
  return {
    description,
    inputSchema,
    outputSchema: tool.outputSchema ?? definition.outputSchema,
    async run(input, context) {
      let result: unknown;
      try {
        result = await definition.run(input, withPlainLog(context));
      } catch (thrown) {
        throw failureOf(tool, thrown, context.signal);
      }
      return jsonOf(tool, result);
    },
  };
}

const noInput = { type: 'object', additionalProperties: false } as const;

/** The loader gives a module without default export itself as `default`; that is none. */
function exportOf(exports: Readonly<Record<string, unknown>>, name: string): unknown {
  return name === 'default' && !Object.hasOwn(exports, name) ? undefined : exports[name];
}

function exportWords(name: string): string {
  return name === 'default' ? 'default export' : `export "${name}"`;
}

function definitionOf(exported: unknown): ToolDefinition<Json> {
  return (typeof exported === 'function' ? { run: exported } : exported) as ToolDefinition<Json>;
}

function failureOf(tool: Tool, thrown: unknown, signal: AbortSignal): Problem {
  if (thrown instanceof Problem) return plainProblem(thrown);
  if (signal.aborted) return endOf(`tool "${tool.name}"`, signal, thrown);
  return new Problem('tool_failed', `tool "${tool.name}" failed: ${messageOf(thrown)}`, { cause: thrown });
}

function jsonOf(tool: Tool, result: unknown): Json {
  try {
    return toJson(result);
  } catch (thrown) {
    throw new Problem(
      'tool_failed',
      `tool "${tool.name}" gave a value that is not JSON: ${messageOf(thrown)}`,
      {
        cause: thrown,
      },
    );
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
function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return (
    message
      .split(/\n\s*(?:\n|Require stack:)/)[0]
      ?.replace(/\s*\n\s*/g, ' ')
      .trim() || 'no message'
  );
}
