import { createModuleLoader, type ModuleLoader } from '../adapters/tools/module-loader.ts';
import { createDescribeCode, type DescribeCode } from '../code/code-agents.ts';
import { createCodeLoader } from '../code/code-loader.ts';

/** The code of a project as it was first imported: a file that changes is another one only in a new one of these. */
export interface ProjectCode {
  /** Imports agents and workflows. */
  readonly loader: ModuleLoader;
  /** Imports tools. */
  readonly tools: ModuleLoader;
  readonly describe: DescribeCode;
}

/** The code of a project, imported when it is needed. */
export function createProjectCode(): ProjectCode {
  const loader = createCodeLoader();
  return { loader, tools: createModuleLoader(), describe: createDescribeCode(loader) };
}
