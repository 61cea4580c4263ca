import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { analyze } from '../../compile.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { drawWorkflow, toDot, toGraphJson, toMermaid, type Diagram } from '../../graph/index.ts';
import type { Program } from '../../program/program.ts';
import type { Workflow } from '../../program/workflow.ts';
import { whyNot } from '../report/why-not.ts';
import { exitCodes } from '../exit-codes.ts';
import { codeFrames } from '../report/codeframe.ts';
import { count } from '../report/summary.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `engine graph`. */
export interface GraphOptions {
  readonly format: 'mermaid' | 'dot' | 'json' | 'svg';
  /** File to write to instead of stdout. */
  readonly output?: string;
  readonly project: string;
  /** The same as the format `json`. */
  readonly json?: boolean;
}

/**
 * Draws a workflow, also in a project with errors. Exit code 1 when the file of the workflow itself has errors, which go to stderr, so
 * that parts of it may be missing. Throws Problem `workflow_not_found`, and `invalid_request` for a file that cannot be written.
 */
export async function graph(
  word: string | undefined,
  { format, output, project, json = false }: GraphOptions,
  { out, err }: Terminal,
): Promise<number> {
  const { draft, diagnostics } = await analyze(project);
  const errors = diagnostics.filter(({ level }) => level === 'error');
  const frames = async (some: readonly Diagnostic[]): Promise<void> =>
    err.line(await codeFrames(some, { project: resolve(project), colors: err.colors }));
  if (errors.some(({ rule }) => rule === 'source/no-project')) {
    await frames(errors);
    return exitCodes.usage;
  }
  const workflow = workflowOf(draft, word, errors.length > 0);
  const own = errors.filter(({ file }) => file === workflow.origin.file);
  const others = errors.length - own.length;
  const text = await write(drawWorkflow(workflow), json ? 'json' : format);
  if (output === undefined) out.line(text);
  else await save(output, text);
  if (others > 0) err.line(`other files have ${count(others, 'error')}; "engine validate" shows them`);
  if (own.length === 0) return exitCodes.ok;
  await frames(own);
  const file = `"${workflow.origin.file}" has ${count(own.length, 'error')}`;
  err.line(`${file}, so parts of "${workflow.name}" may be missing from the drawing`);
  return exitCodes.failed;
}

function workflowOf({ workflows }: Program, word: string | undefined, hasErrors: boolean): Workflow {
  const names = Object.keys(workflows).sort();
  const name = word?.replace(/^workflow:/, '') ?? (names.length === 1 ? names[0] : undefined);
  const found = name !== undefined && Object.hasOwn(workflows, name) ? workflows[name] : undefined;
  if (found !== undefined) return found;
  const perhaps = hasErrors ? ' in what can be read; "engine validate" shows the errors' : '';
  if (name !== undefined)
    throw new Problem('workflow_not_found', `no workflow "${name}"${perhaps}${choices(name, names)}`);
  if (names.length === 0) throw new Problem('workflow_not_found', `no workflow${perhaps}`);
  const listed = names.map((each) => `"${each}"`).join(', ');
  throw new Problem('invalid_request', `say which workflow to draw: ${listed}`);
}

async function write(diagram: Diagram, format: GraphOptions['format']): Promise<string> {
  switch (format) {
    case 'mermaid':
      return toMermaid(diagram);
    case 'dot':
      return toDot(diagram);
    case 'json':
      return toGraphJson(diagram);
    case 'svg':
      return (await import('../render-svg.ts')).renderSvg(toDot(diagram));
  }
}

async function save(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text.endsWith('\n') ? text : `${text}\n`);
  } catch (thrown) {
    throw new Problem('invalid_request', `"${file}" cannot be written: ${whyNot(thrown)}`);
  }
}
