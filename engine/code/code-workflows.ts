import { relative } from 'node:path';
import type { ModuleLoader } from '../adapters/tools/module-loader.ts';
import { isObject, type JsonSchema } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { schemaFaults } from '../expr/index.ts';
import type { CodeWorkflow } from '../ports/code-workflow.ts';
import type { Program } from '../program/program.ts';
import type { Workflow } from '../program/workflow.ts';

/** Imports a workflow in code. Throws Problem `invalid_project` when the file cannot be imported or holds none. */
export async function openCodeWorkflow(
  loader: ModuleLoader,
  { root }: Program,
  { name, module = '' }: Workflow,
): Promise<CodeWorkflow> {
  const who = `workflow "${name}" (${relative(root, module).replaceAll('\\', '/')})`;
  const exports = await loader.load(module).catch((thrown: unknown) => {
    const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    throw new Problem('invalid_project', `${who}: the file cannot be imported: ${line}`, { cause: thrown });
  });
  const { run, inputSchema, outputSchema } = exports;
  if (typeof run !== 'function')
    throw new Problem('invalid_project', `${who}: the file has no export "run", a function of the context`);
  return {
    run: (context) => (run as CodeWorkflow['run'])(context),
    inputSchema: schemaOf(inputSchema, `${who}: "inputSchema"`),
    outputSchema: schemaOf(outputSchema, `${who}: "outputSchema"`),
  };
}

function schemaOf(value: unknown, what: string): JsonSchema | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean' && !isObject(value))
    throw new Problem('invalid_project', `${what} is no JSON Schema`);
  const schema = value;
  const [fault] = schemaFaults(schema);
  if (fault === undefined) return schema;
  throw new Problem('invalid_project', `${what} is invalid at "${fault.pointer}": ${fault.message}`);
}
