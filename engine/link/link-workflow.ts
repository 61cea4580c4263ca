import { dyn, typeFromSchema, type Type } from '../expr/index.ts';
import type { Agent } from '../program/agent.ts';
import type { Sandbox } from '../program/sandbox.ts';
import type { Step } from '../program/step.ts';
import type { Workflow } from '../program/workflow.ts';
import { reportCallCycles } from './call-cycles.ts';
import { draftOfModule } from './code-workflow.ts';
import { createReporter, type Reporter } from './context.ts';
import { isStill, type DraftMemo } from './draft-memo.ts';
import { hashOf } from './hash.ts';
import { checkLast, checkResult } from './link-arguments.ts';
import { linkConcurrency } from './link-concurrency.ts';
import type { Config } from './link-settings.ts';
import { linkSteps, type StepLinker, type WorkflowTypes } from './link-steps.ts';
import { known } from './names.ts';
import type { Node } from '../source/index.ts';
import { plainAgent } from './plain-agent.ts';
import { hashesOf, innerSteps, reachedBy, type Reachable, type Reached } from './reached.ts';
import { durationOf, limitsOf } from './scalars.ts';
import { homesOf } from './step-homes.ts';
import { checkStepSandbox } from './step-sandbox.ts';
import { rootBlock, visibleIn } from './step-scope.ts';
import { seenOutside } from './step-types.ts';
import { linkTyped } from './text.ts';

/** What workflows are linked against. */
export interface WorkflowSurroundings {
  readonly linker: Omit<StepLinker, 'workflows'>;
  /** Absolute path of the project folder. */
  readonly root: string;
  readonly config: Config;
  readonly skills: Reachable['skills'];
  readonly roles: Reachable['roles'];
  readonly sandboxes: Readonly<Record<string, Sandbox>>;
  /** What was linked before. */
  readonly memo: DraftMemo;
}

/** A workflow before it is known what the ones it calls are. */
export interface Draft {
  readonly workflow: Omit<Workflow, 'hash' | 'prompter'>;
  /** The type of its output. */
  readonly output: Type;
  readonly prompter: (hash: string) => Agent;
  readonly reached: Reached;
}

/** Every workflow, its steps linked; a workflow that is called is linked before its callers, as far as that can be. */
export function linkWorkflows(surroundings: WorkflowSurroundings): Record<string, Workflow> {
  const { linker, memo } = surroundings;
  const { names } = linker;
  const drafts = new Map<string, Draft>();
  const open = new Set<string>();
  const all = Object.keys({ ...names.workflowModules, ...names.of.workflow });
  const draftOf = (name: string): Draft | undefined => {
    const made = drafts.get(name);
    // Callers of a workflow that calls them, and those at the end of a long chain, go without.
    if (made !== undefined || open.has(name) || open.size >= longestChain) return made;
    open.add(name);
    const root = Object.hasOwn(names.of.workflow, name) ? names.of.workflow[name] : undefined;
    const file = names.workflowModules[name];
    const draft =
      root !== undefined
        ? rememberedDraft(name, root)
        : file === undefined
          ? undefined
          : draftOfModule(surroundings, name, file);
    open.delete(name);
    if (draft !== undefined) drafts.set(name, draft);
    return draft;
  };
  const workflows: WorkflowTypes = {
    names: all,
    inputOf: (name) =>
      Object.hasOwn(names.of.workflow, name)
        ? names.of.workflow[name]?.get('inputSchema').object()
        : undefined,
    outputOf: (name) => draftOf(name)?.output ?? dyn,
  };
  const sourceOf = (name: string): object | undefined => memo.sourceOf(names.of.workflow[name]);
  const rememberedDraft = (name: string, root: Node): Draft => {
    const before = memo.known.get(name);
    if (before !== undefined && isStill(before, memo, sourceOf(name), { sourceOf, draftOf })) {
      linker.reporter.adopt(before.reporter);
      return before.draft;
    }
    // What it finds is collected apart, so that it can be had again without linking it again.
    const reporter = Object.assign(createReporter(), { schemaPlace: linker.reporter.schemaPlace });
    const callees = new Map<string, { source: object | undefined; draft?: Draft | undefined }>();
    const own = { ...linker, reporter };
    const draft = linkDraft(
      { ...surroundings, linker: own },
      {
        ...own,
        workflows: {
          names: all,
          inputOf(callee) {
            if (!callees.has(callee)) callees.set(callee, { source: sourceOf(callee) });
            return workflows.inputOf(callee);
          },
          outputOf(callee) {
            callees.set(callee, { source: sourceOf(callee), draft: draftOf(callee) });
            return workflows.outputOf(callee);
          },
        },
      },
      root,
    );
    memo.known.set(name, { around: memo.around, source: sourceOf(name), callees, draft, reporter });
    linker.reporter.adopt(reporter);
    return draft;
  };
  all.forEach(draftOf);
  const hashes = hashesOf(new Map([...drafts].map(([name, { reached }]) => [name, reached])));
  const linked = [...drafts].map(([name, { workflow, prompter }]): [string, Workflow] => {
    const hash = hashes.get(name) ?? '';
    return [name, { ...workflow, hash, prompter: prompter(hash) }];
  });
  const made = Object.fromEntries(linked.sort(([a], [b]) => all.indexOf(a) - all.indexOf(b)));
  reportCallCycles(linker.reporter, names, made, linker.tools);
  return made;
}

/** Workflows that wait for each other's types are linked inside one another, at most this many deep. */
const longestChain = 40;

function linkDraft(surroundings: WorkflowSurroundings, linker: StepLinker, root: Node): Draft {
  const { config, sandboxes } = surroundings;
  const { reporter } = linker;
  const outputSchema = root.get('outputSchema').object();
  const types = {
    input: typeFromSchema(root.get('inputSchema').object()),
    result: outputSchema === undefined ? undefined : typeFromSchema(outputSchema),
    resultSchema: outputSchema,
  };
  const block = rootBlock(config, types, homesOf(root.get('steps')));
  const { steps, after, output: last } = linkSteps(linker, root.get('steps'), block, '');
  const output = linkTyped(reporter, root.get('output'), visibleIn(after));
  if (output !== undefined)
    checkResult(reporter, root.get('output'), output.typed, types.result, outputSchema);
  else checkLast(reporter, root.get('steps'), last, types.result);
  const own = root.get('sandbox');
  const named = own.value === undefined ? (config.defaults?.get('sandbox') ?? own) : own;
  const sandbox = sandboxOf(reporter, named, sandboxes);
  // Of a sandbox that is not there nothing is known.
  if (named.value === undefined || Object.hasOwn(sandboxes, named.text() ?? ''))
    checkStepSandbox(reporter, root, steps, sandbox, linker.tools);
  return {
    workflow: {
      name: root.source.name,
      description: root.get('description').text() ?? '',
      origin: root.origin(),
      inputSchema: root.get('inputSchema').object(),
      outputSchema,
      sandbox,
      limits: limitsOf(root.get('limits')),
      concurrency: linkConcurrency(reporter, root.get('concurrency'), config, types.input),
      timeoutMs: durationOf(root.get('timeout')),
      module: undefined,
      steps,
      output: output?.value,
    },
    output: types.result ?? (mayReturn(steps) ? dyn : seenOutside(output?.typed.type ?? last)),
    prompter: (hash) => plainAgent({ name: root.source.name, origin: root.origin() }, config, sandbox, hash),
    reached: reachedBy(
      steps,
      { ...linker, skills: surroundings.skills, roles: surroundings.roles },
      { spec: hashOf(root.source), sandbox: sandbox.hash, common: config.common },
    ),
  };
}

/** A `return` anywhere may give something else than the end of the steps does. */
function mayReturn(steps: readonly Step[]): boolean {
  return steps.some((step) => step.verb === 'return' || mayReturn(innerSteps(step)));
}

function sandboxOf(reporter: Reporter, node: Node, sandboxes: WorkflowSurroundings['sandboxes']): Sandbox {
  const none = sandboxes['none'];
  if (none === undefined) throw new Error('the shipped sandbox "none" is missing');
  const name = node.text();
  if (name === undefined || !known(reporter, node, 'sandbox', name, Object.keys(sandboxes))) return none;
  return sandboxes[name] ?? none;
}
