import { createModuleLoader, type ModuleLoader } from '../adapters/tools/module-loader.ts';
import { createDescribeCode, type DescribeCode } from '../code/code-agents.ts';
import { createCodeLoader } from '../code/code-loader.ts';
import type { Program } from '../program/program.ts';

/** The code of a project as it was first imported: a file that changes is another one only in a new one of these. */
export interface ProjectCode {
  /** Imports agents and workflows. */
  readonly loader: ModuleLoader;
  /** Imports tools. */
  readonly tools: ModuleLoader;
  readonly describe: DescribeCode;
}

/** Imports all code of a Program now, so that it stays what it is when its files change. Throws what the modules throw. */
export async function importCode({ loader, tools }: ProjectCode, program: Program): Promise<void> {
  for (const { run } of Object.values(program.tools)) if (run.type === 'node') await tools.load(run.module);
  for (const { module } of [...Object.values(program.delegates), ...Object.values(program.workflows)])
    if (module !== undefined) await loader.load(module);
}

/** The code of a project, imported when it is needed. */
export function createProjectCode(): ProjectCode {
  const loader = createCodeLoader();
  return { loader, tools: createModuleLoader(), describe: createDescribeCode(loader) };
}
