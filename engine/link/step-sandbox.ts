import type { Sandbox } from '../program/sandbox.ts';
import type { Tool } from '../program/tool.ts';
import type { Step } from '../program/step.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { checkCommandGranted } from './command-granted.ts';
import { innerSteps } from './reached.ts';
import { nodeOfStep } from './step-nodes.ts';

/** Reports steps that need more than the workflow's sandbox grants: commands, files, changing files. */
export function checkStepSandbox(
  reporter: Reporter,
  root: Node,
  steps: readonly Step[],
  sandbox: Sandbox,
  tools: Readonly<Record<string, Tool>>,
): void {
  for (const step of steps) {
    const lacking = lackingFor(step, sandbox, tools);
    if (lacking !== undefined) {
      const what = step.verb === 'tool' ? `tool "${step.tool}"` : `"${step.verb}"`;
      reporter.report(
        nodeOfStep(root, step).get(step.verb),
        'security/tool-not-granted',
        `${what} needs a sandbox that grants it, and "${sandbox.name}" ${lacking}; name another "sandbox" in the workflow`,
        step.verb === 'tool' ? {} : { part: 'key' },
      );
    }
    if (step.verb === 'shell') checkCommandGranted(reporter, nodeOfStep(root, step).get('shell'), sandbox);
    checkStepSandbox(reporter, root, innerSteps(step), sandbox, tools);
  }
}

function lackingFor(
  step: Step,
  { type, shell, write }: Sandbox,
  tools: Readonly<Record<string, Tool>>,
): string | undefined {
  const noShell = type === 'none' ? 'has no commands at all' : 'has no "shell: true"';
  if (step.verb === 'shell') return shell ? undefined : noShell;
  if (step.verb !== 'tool') return undefined;
  const run = tools[step.tool]?.run;
  if (run !== undefined) {
    // A command with a sandbox of its own is checked where it is declared.
    return run.type === 'command' && run.sandbox === undefined && !shell ? noShell : undefined;
  }
  if (step.tool === 'bash') return shell ? undefined : noShell;
  if (type === 'none') return fileTools.includes(step.tool) ? 'has no files' : undefined;
  return !write && writingTools.includes(step.tool) ? 'has no "write: true"' : undefined;
}

const writingTools: readonly string[] = ['write', 'edit', 'mkdir', 'rm'];

const fileTools: readonly string[] = ['read', 'ls', 'glob', 'grep', 'stat', 'exists', ...writingTools];
