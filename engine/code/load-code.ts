import { relative } from 'node:path';
import { createToolSource } from '../adapters/tools/tool-source.ts';
import { createDescribeCode, exportOf } from './code-agents.ts';
import { createCodeLoader } from './code-loader.ts';
import { openCodeWorkflow } from './code-workflows.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { asProblem } from '../core/problem.ts';
import type { Origin } from '../core/range.ts';
import type { Program } from '../program/program.ts';

/**
 * Imports the code of a project's tools, agents, profiles and workflows, which runs what stands at the top of their modules, and finds
 * those that cannot be imported or hold something else. An agent that describes itself the same for every call is checked in full when
 * the Program has its texts. Everything else about a project is checked without this.
 */
export async function loadCode(program: Program): Promise<readonly Diagnostic[]> {
  const { root, tools, delegates, workflows } = program;
  const source = createToolSource({ env: {} });
  const loader = createCodeLoader();
  const declare = createDescribeCode(loader);
  const found: Diagnostic[] = [];
  const check = async (origin: Origin, module: string, look: () => Promise<unknown>): Promise<void> => {
    try {
      await look();
    } catch (thrown) {
      const message = asProblem(thrown).message.replaceAll(
        relative(process.cwd(), module),
        relative(root, module),
      );
      found.push({ rule: 'source/bad-module', level: 'error', message, ...origin });
    }
  };
  for (const tool of Object.values(tools))
    if (tool.run.type === 'node') await check(tool.origin, tool.run.module, () => source.open(tool));
  for (const agent of Object.values(delegates)) {
    const { module } = agent;
    if (module === undefined) continue;
    await check(agent.origin, module, async () => {
      const exported = await exportOf(loader, program, agent);
      const asksNothing = typeof exported !== 'function' || exported.length === 0;
      if (!asksNothing || program.texts === undefined) return;
      const nobody = { agent: agent.name, id: 'default', session: 'default', input: undefined, env: {} };
      await declare(program, agent, nobody);
    });
  }
  for (const workflow of Object.values(workflows)) {
    const { module, origin } = workflow;
    if (module !== undefined) await check(origin, module, () => openCodeWorkflow(loader, program, workflow));
  }
  return found;
}
