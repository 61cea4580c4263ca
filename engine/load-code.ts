import { relative } from 'node:path';
import { createToolSource } from './adapters/tools/tool-source.ts';
import type { Diagnostic } from './core/diagnostic.ts';
import { asProblem } from './core/problem.ts';
import type { Program } from './program/program.ts';

/**
 * Imports the code of a project's tools, which runs what stands at the top of their modules, and finds those that cannot be
 * imported or hold no tool. Everything else about a project is checked without this.
 */
export async function loadCode({ root, tools }: Program): Promise<readonly Diagnostic[]> {
  const source = createToolSource({ env: {} });
  const found: Diagnostic[] = [];
  for (const tool of Object.values(tools)) {
    if (tool.run.type !== 'node') continue;
    try {
      await source.open(tool);
    } catch (thrown) {
      const message = asProblem(thrown).message.replaceAll(
        relative(process.cwd(), tool.run.module),
        relative(root, tool.run.module),
      );
      found.push({ rule: 'source/bad-module', level: 'error', message, ...tool.origin });
    }
  }
  return found;
}
