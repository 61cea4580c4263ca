import { Problem } from '../../core/problem.ts';
import type { OpenTool, ToolSource } from '../../ports/tool-source.ts';
import type { Tool } from '../../program/tool.ts';
import { openHttpTool, sendStepRequest } from './http.ts';
import { createModuleLoader } from './module-loader.ts';
import { openNodeTool } from './node.ts';

/**
 * Makes `node` and `http` tools runnable. A tool is opened once; a new source sees edited modules.
 * @param options.env the values templates of `http` tools read as `env`.
 */
export function createToolSource(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
}): ToolSource {
  const loader = createModuleLoader();
  const opened = new WeakMap<Tool, Promise<OpenTool>>();

  function openNow(tool: Tool): Promise<OpenTool> {
    switch (tool.run.type) {
      case 'node':
        return openNodeTool(tool, tool.run, loader);
      case 'http':
        return Promise.resolve(openHttpTool(tool, tool.run, options.env));
      default:
        return Promise.reject(
          new Problem('invalid_project', `tool type "${tool.run.type}" is not available in this version`),
        );
    }
  }

  return {
    open(tool) {
      const known = opened.get(tool) ?? openNow(tool);
      opened.set(tool, known);
      return known;
    },
    request: sendStepRequest,
  };
}
