import type { Origin } from '../core/range.ts';
import { dyn } from '../expr/index.ts';
import { textOnDisk } from '../source/index.ts';
import { digest } from './hash.ts';
import type { Draft, WorkflowSurroundings } from './link-workflow.ts';
import { plainAgent } from './plain-agent.ts';

/** Where a module stands, as specs do. */
export function originOfModule(root: string, file: string): Origin {
  const start = { line: 1, column: 1, offset: 0 };
  const place = file.slice(root.length + 1).replaceAll('\\', '/');
  return { file: place, range: { start, end: start }, pointer: '' };
}

/** A workflow that is a TypeScript or JavaScript file: what it takes and gives is known when it runs. */
export function draftOfModule(
  { root, config, sandboxes }: WorkflowSurroundings,
  name: string,
  file: string,
): Draft {
  const origin = originOfModule(root, file);
  const sandbox = sandboxes['none'];
  if (sandbox === undefined) throw new Error('the shipped sandbox "none" is missing');
  return {
    workflow: {
      name,
      description: '',
      origin,
      inputSchema: undefined,
      outputSchema: undefined,
      sandbox,
      limits: {},
      concurrency: undefined,
      timeoutMs: undefined,
      module: file,
      steps: [],
      output: undefined,
    },
    output: dyn,
    prompter: (hash) => plainAgent({ name, origin }, config, sandbox, hash),
    reached: { own: digest({ name, code: textOnDisk(file) ?? '', common: config.common }), calls: [] },
  };
}
