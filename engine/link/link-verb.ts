import { choices } from '../core/suggest.ts';
import {
  constantValue,
  dyn,
  literalTemplate,
  never,
  nullType,
  string,
  typeFromSchema,
  type Template,
  type Type,
} from '../expr/index.ts';
import type { Step, StepBase } from '../program/workflow.ts';
import { checkAgentCall, checkArguments, checkResult } from './link-arguments.ts';
import { linkBlockStep, type LinkSteps } from './link-block-steps.ts';
import type { LinkedStep, StepLinker } from './link-steps.ts';
import { known } from './names.ts';
import type { Node } from '../source/index.ts';
import { durationOf, modelOf, retryOf, settingsOf, thinkingOf } from './scalars.ts';
import { visibleIn, type Block } from './step-scope.ts';
import { schemaType } from './step-types.ts';
import { linkTemplate, linkTyped, linkValue } from './text.ts';
import { availableVerbs } from './unavailable.ts';

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

/** Links what a step does, in the block where its condition holds. */
export function linkVerb(
  linker: StepLinker,
  node: Node,
  block: Block,
  place: Pick<StepBase, 'id' | 'path' | 'if' | 'catch'>,
  linkSteps: LinkSteps,
): LinkedStep {
  const { reporter } = linker;
  const verb = verbs.find((candidate) => node.get(candidate).value !== undefined);
  if (verb === undefined) return unknownStep;
  if (!(availableVerbs as readonly string[]).includes(verb)) {
    reporter.unavailable(node.get(verb), `the verb "${verb}" is not available in this version`, 'key');
    return unknownStep;
  }
  const base = linkBase(linker, node, block, place, stepTimeoutOf(block, verb));
  const model = modelOf(reporter, node.get('model'), block.config.names);
  const role = roleOf(linker, node.get('role'));
  const value = (key: string): ReturnType<typeof linkTyped> =>
    linkTyped(reporter, node.get(key), visibleIn(block));
  const typed = (otherwise: Type): Type => schemaType(base.outputSchema, otherwise);
  const template = (at: Node): Template =>
    linkTemplate(reporter, at, visibleIn(block)) ?? literalTemplate('');
  switch (verb) {
    case 'prompt':
      if (node.get('images').value !== undefined) {
        reporter.unavailable(node.get('images'), '"images" is not available in this version', 'key');
      }
      return {
        output: typed(string),
        step: {
          ...base,
          verb,
          prompt: template(node.get('prompt')),
          model,
          modelSettings: settingsOf(node.get('modelSettings')),
          thinking: thinkingOf(node.get('thinking')),
          role,
        },
      };
    case 'agent': {
      const agent = referenceOf(linker, node, 'agent', Object.keys(linker.names.of.agent));
      const given = value('with');
      const parts = {
        with: given?.value,
        message: linkTemplate(reporter, node.get('message'), visibleIn(block)),
        instance: linkTemplate(reporter, node.get('instance'), visibleIn(block)),
      };
      if (agent === undefined) return unknownStep;
      const called = linker.agents[agent];
      if (called !== undefined) checkAgentCall(reporter, node, called, given?.typed);
      return {
        output: typed(schemaType(called?.outputSchema, string)),
        step: { ...base, verb, agent, ...parts, model, role },
      };
    }
    case 'tool': {
      const tool = referenceOf(linker, node, 'tool', Object.keys(linker.tools));
      const input = value('with');
      if (tool === undefined) return unknownStep;
      const { timeoutMs, retry, inputSchema, outputSchema } = linker.tools[tool] ?? {};
      checkArguments(reporter, node, { kind: 'tool', name: tool, inputSchema }, input?.typed);
      return {
        output: typed(schemaType(outputSchema, dyn)),
        step: {
          ...base,
          verb,
          tool,
          with: input?.value,
          timeoutMs: durationOf(node.get('timeout')) ?? timeoutMs,
          retry: base.retry ?? retry,
        },
      };
    }
    case 'set': {
      const set = value('set');
      if (base.outputSchema !== undefined)
        checkResult(reporter, node.get('set'), set?.typed, typeFromSchema(base.outputSchema));
      return {
        output: typed(set?.typed.type ?? dyn),
        step: { ...base, verb, value: set?.value ?? constantValue({}) },
      };
    }
    case 'log': {
      const log = node.get('log');
      const level = log.get('level').text() ?? 'info';
      const step: Step = {
        ...base,
        verb,
        level: level === 'debug' || level === 'warn' || level === 'error' ? level : 'info',
        message: template(log.text() === undefined ? log.get('message') : log),
        data: linkValue(reporter, log.get('data'), visibleIn(block)),
      };
      return { output: nullType, step };
    }
    case 'return': {
      const result = value('return');
      checkResult(reporter, node.get('return'), result?.typed, block.result);
      return { output: never, step: { ...base, verb, value: result?.value ?? constantValue(null) } };
    }
    case 'fail': {
      const fail = node.get('fail');
      const step: Step = {
        ...base,
        verb,
        code: fail.get('code').text() ?? 'workflow_failed',
        message: template(fail.text() === undefined ? fail.get('message') : fail),
        details: linkValue(reporter, fail.get('details'), visibleIn(block)),
      };
      return { output: never, step };
    }
    default:
      return linkBlockStep(linker, node, block, base, verb, linkSteps);
  }
}

const unknownStep: LinkedStep = { step: undefined, output: dyn };

/** The deadline of a work step that says none; an agent brings its own. */
function stepTimeoutOf({ config }: Block, verb: string): number | undefined {
  if (verb !== 'prompt' && verb !== 'agent') return undefined;
  return durationOf(config.defaults?.get('stepTimeout')) ?? (verb === 'prompt' ? 600_000 : undefined);
}

function linkBase(
  linker: StepLinker,
  node: Node,
  block: Block,
  place: Pick<StepBase, 'id' | 'path' | 'if' | 'catch'>,
  timeoutMs: number | undefined,
): StepBase {
  const { reporter } = linker;
  return {
    ...place,
    origin: node.origin(),
    description: node.get('description').text(),
    outputSchema: node.get('outputSchema').object(),
    timeoutMs: durationOf(node.get('timeout')) ?? timeoutMs,
    retry: retryOf(node.get('retry')),
    idempotencyKey: linkValue(reporter, node.get('idempotencyKey'), visibleIn(block)),
    session: linkTemplate(reporter, node.get('session'), visibleIn(block)),
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
