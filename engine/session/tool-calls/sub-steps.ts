import { toJson, type Json } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import type { ToolContext } from '../../ports/tool-source.ts';

/**
 * The durable parts of one attempt of a tool call: what a part gave is recorded, and not done again, in a further attempt or after a
 * crash. Throws Problem `tool_failed` for a name that the attempt has used, and for a result that is no JSON.
 */
export function createSubSteps(
  tool: string,
  record: (name: string, work: () => Promise<Json>) => Promise<Json>,
): ToolContext['step'] {
  const names = new Set<string>();
  return async (name, work) => {
    const invalid = (fault: string): Problem => new Problem('tool_failed', `tool "${tool}": ${fault}`);
    if (typeof name !== 'string' || name === '') throw invalid('a step needs a name');
    if (names.has(name)) throw invalid(`two steps are called "${name}"; give each its own name`);
    names.add(name);
    const value = await record(name, async () => {
      const given: unknown = await work();
      try {
        return given === undefined ? null : toJson(given);
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        throw invalid(`step "${name}" gave a value that is not JSON: ${why}`);
      }
    });
    return value as Awaited<ReturnType<typeof work>>;
  };
}
