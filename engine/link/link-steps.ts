import { choices } from '../core/suggest.ts';
import { constantValue, literalTemplate, type Template, type Value } from '../expr/index.ts';
import type { Catch, Step, StepBase } from '../program/workflow.ts';
import type { Tool } from '../program/tool.ts';
import type { Reporter } from './context.ts';
import { linkBlockStep } from './link-block-steps.ts';
import { known, type Names } from './names.ts';
import type { Node } from './node.ts';
import { durationOf, modelOf, retryOf, settingsOf, thinkingOf } from './scalars.ts';
import { afterStep, afterSteps, innerBlock, visibleIn, type Block } from './step-scope.ts';
import { linkExpression, linkTemplate, linkValue } from './text.ts';
import { availableVerbs } from './unavailable.ts';

/** What linking steps needs. */
export interface StepLinker {
  readonly reporter: Reporter;
  readonly names: Names;
  /** Every tool that could be linked, TypeScript-only ones included. */
  readonly tools: Readonly<Record<string, Tool>>;
}

/** Every verb of the language; the first one a step has is its verb. */
export const verbs = [
  'prompt',
  'skill',
  'task',
  'agent',
  'tool',
  'shell',
  'code',
  'http',
  'workflow',
  'dispatch',
  'set',
  'log',
  'parallel',
  'foreach',
  'branch',
  'loop',
  'approval',
  'ask',
  'wait',
  'return',
  'fail',
] as const;

/** The steps of one block, in order; each sees the ones before it. */
export function linkSteps(linker: StepLinker, list: Node, block: Block, path: string): Step[] {
  const steps: Step[] = [];
  let visible = block;
  const seen = new Map<string, Node>();
  for (const node of list.list()) {
    const id = node.get('id').text();
    if (id === undefined) continue;
    const first = seen.get(id);
    if (first !== undefined) {
      linker.reporter.report(
        node.get('id'),
        'ref/duplicate-id',
        `two steps of this block are called "${id}"`,
        {
          related: [
            { file: first.source.file, range: first.source.rangeOf(first.pointer), message: 'first here' },
          ],
        },
      );
    } else if (visible.steps.has(id)) {
      linker.reporter.report(
        node.get('id'),
        'ref/ambiguous-name',
        `a step of a block around this one is called "${id}" too`,
      );
    }
    seen.set(id, node.get('id'));
    const step = linkStep(linker, node, visible, path === '' ? id : `${path}/${id}`, id);
    if (step !== undefined) steps.push(step);
    visible = afterStep(visible, id);
  }
  return steps;
}

function linkStep(linker: StepLinker, node: Node, block: Block, path: string, id: string): Step | undefined {
  const { reporter } = linker;
  const verb = verbs.find((candidate) => node.get(candidate).value !== undefined);
  if (verb === undefined) return undefined;
  if (!(availableVerbs as readonly string[]).includes(verb)) {
    reporter.report(
      node.get(verb),
      'link/not-available',
      `the verb "${verb}" is not available in this version`,
      { part: 'key' },
    );
    return undefined;
  }
  const base = linkBase(linker, node, block, path, id, stepTimeoutOf(block, verb));
  const model = modelOf(reporter, node.get('model'), block.config.names);
  const role = roleOf(linker, node.get('role'));
  const value = (key: string): Value | undefined => linkValue(reporter, node.get(key), visibleIn(block));
  const template = (at: Node): Template =>
    linkTemplate(reporter, at, visibleIn(block)) ?? literalTemplate('');
  switch (verb) {
    case 'prompt':
      if (node.get('images').value !== undefined) {
        reporter.report(
          node.get('images'),
          'link/not-available',
          '"images" is not available in this version',
          { part: 'key' },
        );
      }
      return {
        ...base,
        verb,
        prompt: template(node.get('prompt')),
        model,
        modelSettings: settingsOf(node.get('modelSettings')),
        thinking: thinkingOf(node.get('thinking')),
        role,
      };
    case 'agent': {
      const agent = referenceOf(linker, node, 'agent', Object.keys(linker.names.of.agent));
      const parts = {
        with: value('with'),
        message: linkTemplate(reporter, node.get('message'), visibleIn(block)),
        instance: linkTemplate(reporter, node.get('instance'), visibleIn(block)),
      };
      return agent === undefined ? undefined : { ...base, verb, agent, ...parts, model, role };
    }
    case 'tool': {
      const tool = referenceOf(linker, node, 'tool', Object.keys(linker.tools));
      const input = value('with');
      if (tool === undefined) return undefined;
      const { timeoutMs, retry } = linker.tools[tool] ?? {};
      return {
        ...base,
        verb,
        tool,
        with: input,
        timeoutMs: durationOf(node.get('timeout')) ?? timeoutMs,
        retry: base.retry ?? retry,
      };
    }
    case 'set':
      return { ...base, verb, value: value('set') ?? constantValue({}) };
    case 'log': {
      const log = node.get('log');
      const level = log.get('level').text() ?? 'info';
      return {
        ...base,
        verb,
        level: level === 'debug' || level === 'warn' || level === 'error' ? level : 'info',
        message: template(log.text() === undefined ? log.get('message') : log),
        data: linkValue(reporter, log.get('data'), visibleIn(block)),
      };
    }
    case 'return':
      return { ...base, verb, value: value('return') ?? constantValue(null) };
    case 'fail': {
      const fail = node.get('fail');
      return {
        ...base,
        verb,
        code: fail.get('code').text() ?? 'workflow_failed',
        message: template(fail.text() === undefined ? fail.get('message') : fail),
        details: linkValue(reporter, fail.get('details'), visibleIn(block)),
      };
    }
    default:
      return linkBlockStep(linker, node, block, base, verb, linkSteps);
  }
}

/** The deadline of a work step that says none; an agent brings its own. */
function stepTimeoutOf({ config }: Block, verb: string): number | undefined {
  if (verb !== 'prompt' && verb !== 'agent') return undefined;
  return durationOf(config.defaults?.get('stepTimeout')) ?? (verb === 'prompt' ? 600_000 : undefined);
}

function linkBase(
  linker: StepLinker,
  node: Node,
  block: Block,
  path: string,
  id: string,
  timeoutMs: number | undefined,
): StepBase {
  const { reporter } = linker;
  return {
    id,
    path,
    origin: node.origin(),
    description: node.get('description').text(),
    if: linkExpression(reporter, node.get('if'), visibleIn(block)),
    outputSchema: node.get('outputSchema').object(),
    timeoutMs: durationOf(node.get('timeout')) ?? timeoutMs,
    retry: retryOf(node.get('retry')),
    catch: node
      .get('catch')
      .list()
      .map((inner, index) => linkCatch(linker, inner, block, `${path}!${index}`)),
    idempotencyKey: linkValue(reporter, node.get('idempotencyKey'), visibleIn(block)),
    session: linkTemplate(reporter, node.get('session'), visibleIn(block)),
  };
}

function linkCatch(linker: StepLinker, node: Node, block: Block, path: string): Catch {
  const inner = innerBlock(block, ['error']);
  const steps = linkSteps(linker, node.get('steps'), inner, path);
  return {
    on: node
      .get('on')
      .list()
      .flatMap((code) => code.text() ?? []),
    steps,
    output: linkValue(linker.reporter, node.get('output'), visibleIn(afterSteps(inner, node.get('steps')))),
  };
}

function referenceOf(
  linker: StepLinker,
  node: Node,
  kind: 'agent' | 'tool',
  names: readonly string[],
): string | undefined {
  const name = node.get(kind).text();
  return name !== undefined && known(linker.reporter, node.get(kind), kind, name, names) ? name : undefined;
}

function roleOf(linker: StepLinker, node: Node): string | undefined {
  const name = node.text();
  if (name === undefined) return undefined;
  const roles = Object.keys(linker.names.of.role);
  if (roles.includes(name)) return name;
  linker.reporter.report(node, 'ref/unknown-role', `no role "${name}"${choices(name, roles)}`);
  return undefined;
}
