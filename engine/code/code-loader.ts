import { createModuleLoader, type ModuleLoader } from '../adapters/tools/module-loader.ts';
import { Problem } from '../core/problem.ts';
import { createAgent, defineAgentProfile, extendAgentProfile } from './define-agent.ts';
import { defineTool } from './define-tool.ts';
import { loadSkill } from './load-skill.ts';

/** Imports agents, profiles and workflows in code, which find what they need in `flue-engine`. */
export function createCodeLoader(): ModuleLoader {
  return createModuleLoader({
    createAgent,
    defineAgentProfile,
    defineTool,
    extendAgentProfile,
    loadSkill,
    Problem,
  });
}
