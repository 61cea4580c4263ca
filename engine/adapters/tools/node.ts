import { relative } from 'node:path';
import type { Json, JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { OpenTool, ToolDefinition } from '../../ports/tool-source.ts';
import type { NodeTool, Tool } from '../../program/tool.ts';
import { definitionFault } from './define-tool.ts';
import type { ModuleLoader } from './module-loader.ts';
import { definedSchema, messageOf, runnerOf } from './run-definition.ts';

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

  const schemaOf = (side: 'input' | 'output'): JsonSchema | undefined =>
    definedSchema(definition[`${side}Schema`], side, `tool "${tool.name}": the "${side}Schema" of ${file}`);
  const description = tool.description === '' ? definition.description : tool.description;
  if (description === undefined) throw invalid('must give a "description"');
  // A tool described in YAML that says nothing of its input takes none.
  const silent = tool.description === '' ? undefined : noInput;
  const inputSchema = tool.inputSchema ?? schemaOf('input') ?? silent;
  if (inputSchema === undefined) throw invalid('must give an "inputSchema"');
  return {
    description,
    inputSchema,
    outputSchema: tool.outputSchema ?? schemaOf('output'),
    ...(definition.annotations === undefined ? {} : { annotations: definition.annotations }),
    run: runnerOf(tool.name, definition),
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
