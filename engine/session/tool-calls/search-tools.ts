import { isObject, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import type { BoundTool } from './bound-tool.ts';
import { rankIndex } from './rank-tools.ts';

/** Longest description that a search shows. */
const longest = 1_000;

/**
 * Two tools in the place of many: one that finds them by words, one that calls one of them. A call stands for a call of the tool that
 * it names, whose schema, rules and times hold.
 */
export function searchTools(
  tools: ReadonlyMap<string, BoundTool>,
  searchLimit: number,
): readonly BoundTool[] {
  const all = [...tools.values()].map(({ spec }) => ({
    name: spec.name,
    description: spec.description,
    spec,
  }));
  let index: ReturnType<typeof rankIndex<(typeof all)[number]>> | undefined;
  const search: BoundTool = {
    spec: {
      name: 'mcp_search',
      description: `Finds tools by words of their names and descriptions, best first. There are ${all.length}; call one with mcp_call.`,
      inputSchema: {
        type: 'object',
        required: ['query'],
        additionalProperties: false,
        properties: {
          query: {
            type: 'string',
            minLength: 1,
            maxLength: 1_000,
            description: 'What you want to do, in a few words.',
          },
          limit: {
            type: 'integer',
            minimum: 1,
            maximum: searchLimit,
            description: `Most tools to find; default ${searchLimit}.`,
          },
        },
      },
    },
    repeatable: true,
    kinds: ['read-only'],
    run(input): Promise<Json> {
      const { query, limit } = isObject(input) ? input : {};
      index ??= rankIndex(all);
      const found = index.search(String(query), typeof limit === 'number' ? limit : searchLimit);
      return Promise.resolve({
        tools: found.map(({ item: { name, description, spec }, score }) => ({
          ...{ name, score },
          description: description.slice(0, longest),
          inputSchema: spec.inputSchema,
        })),
        of: all.length,
      });
    },
  };
  const call: BoundTool = {
    spec: {
      name: 'mcp_call',
      description: 'Calls a tool that mcp_search found.',
      inputSchema: {
        type: 'object',
        required: ['tool', 'arguments'],
        additionalProperties: false,
        properties: {
          tool: { type: 'string', description: 'The name of the tool, as mcp_search gives it.' },
          arguments: { type: 'object', description: 'What the tool takes, as its inputSchema says.' },
        },
      },
    },
    repeatable: false,
    standsFor(input) {
      const { tool: name, arguments: given = {} } = isObject(input) ? input : {};
      const tool = tools.get(String(name));
      if (tool === undefined)
        throw new Problem(
          'tool_input_invalid',
          `no tool "${String(name)}"${choices(String(name), tools.keys())}`,
        );
      return { tool, input: given };
    },
    run: () =>
      Promise.reject(new Problem('tool_invalid', 'a call of "mcp_call" stands for that of another tool')),
  };
  return [search, call];
}
