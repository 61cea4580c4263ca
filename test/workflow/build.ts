import { parse } from 'yaml';
import { parseDuration } from '../../engine/core/duration.ts';
import type { Json, JsonSchema } from '../../engine/core/json.ts';
import type { Origin } from '../../engine/core/range.ts';
import { parseExpression, parseTemplate, parseValue } from '../../engine/expr/index.ts';
import type { Expression, Template, Value } from '../../engine/expr/index.ts';
import type { Agent } from '../../engine/program/agent.ts';
import type { Sandbox } from '../../engine/program/sandbox.ts';
import type { Retry, Sign } from '../../engine/program/tool.ts';
import type { CodeBounds } from '../../engine/program/code.ts';
import type { Step, StepBase } from '../../engine/program/step.ts';
import type { Workflow } from '../../engine/program/workflow.ts';

/** A spec or a part of it, as YAML reads it. */
export type Spec = { readonly [key: string]: unknown };

/** A Workflow from the YAML of a spec, without the checks of a real load: what a faulty spec gives is not defined. */
export function workflow(yaml: string): Workflow {
  return workflowOf(parse(yaml) as Spec);
}

/** A Workflow from a spec. Its name is `test`. */
export function workflowOf(spec: Spec): Workflow {
  const limits = (spec['limits'] ?? {}) as Spec;
  const { duration, ...counted } = limits;
  return {
    name: 'test',
    description: '',
    hash: 'hash',
    origin,
    inputSchema: spec['inputSchema'] as JsonSchema | undefined,
    outputSchema: spec['outputSchema'] as JsonSchema | undefined,
    sandbox: {} as Sandbox,
    limits: { ...counted, ...(duration === undefined ? {} : { durationMs: milliseconds(duration) }) },
    timeoutMs: spec['timeout'] === undefined ? undefined : milliseconds(spec['timeout']),
    concurrency: undefined,
    module: undefined,
    steps: stepsOf(spec['steps']),
    prompter: {} as Agent,
    output: optional(spec['output'], value),
  };
}

function stepsOf(specs: unknown): Step[] {
  return ((specs ?? []) as Spec[]).map(stepOf);
}

function stepOf(spec: Spec): Step {
  const base: StepBase = {
    id: spec['id'] as string,
    path: spec['id'] as string,
    origin,
    description: undefined,
    if: optional(spec['if'], expression),
    outputSchema: spec['outputSchema'] as JsonSchema | undefined,
    timeoutMs: optional(spec['timeout'], milliseconds),
    retry: optional(spec['retry'], retryOf),
    catch: ((spec['catch'] ?? []) as Spec[]).map((entry) => ({
      on: (entry['on'] ?? []) as string[],
      steps: stepsOf(entry['steps']),
      output: optional(entry['output'], value),
    })),
    idempotencyKey: optional(spec['idempotencyKey'], value),
    session: optional(spec['session'], template),
  };
  const calls = { model: undefined, role: spec['role'] as string | undefined };
  const text = (field: string): Spec =>
    (typeof spec[field] === 'string' ? { message: spec[field] } : spec[field]) as Spec;
  if ('skill' in spec) {
    const agent = spec['agent'] as string | undefined;
    return {
      ...base,
      ...calls,
      verb: 'skill',
      skill: spec['skill'] as string,
      agent,
      with: optional(spec['with'], value),
    };
  }
  if ('task' in spec) {
    const agent = spec['agent'] as string | undefined;
    return { ...base, ...calls, verb: 'task', task: template(spec['task']), agent };
  }
  if ('prompt' in spec) {
    return {
      ...base,
      ...calls,
      verb: 'prompt',
      prompt: template(spec['prompt']),
      modelSettings: {},
      thinking: undefined,
      images: [],
    };
  }
  if ('agent' in spec) {
    const message = optional(spec['message'], template);
    const instance = optional(spec['instance'], template);
    const input = optional(spec['with'], value);
    return {
      ...base,
      ...calls,
      verb: 'agent',
      agent: spec['agent'] as string,
      with: input,
      message,
      instance,
    };
  }
  if ('tool' in spec) {
    return { ...base, verb: 'tool', tool: spec['tool'] as string, with: optional(spec['with'], value) };
  }
  if ('wait' in spec || 'approval' in spec || 'ask' in spec) return patient(spec, base);
  if ('workflow' in spec) {
    const workflow = spec['workflow'] as string;
    return { ...base, verb: 'workflow', workflow, with: optional(spec['with'], value) };
  }
  if ('dispatch' in spec) {
    const { agent, instance, session, message, with: input } = spec['dispatch'] as Spec;
    return {
      ...base,
      verb: 'dispatch',
      agent: agent as string,
      instance: optional(instance, template),
      session: optional(session, template),
      message: optional(message, template),
      with: optional(input, value),
    };
  }
  if ('shell' in spec) {
    const { shell } = spec;
    return {
      ...base,
      verb: 'shell',
      shell: Array.isArray(shell) ? shell.map(template) : template(shell),
      cwd: optional(spec['cwd'], template),
      env: Object.fromEntries(
        Object.entries((spec['env'] ?? {}) as Spec).map(([key, one]) => [key, value(one)]),
      ),
    };
  }
  if ('http' in spec) {
    const { method = 'GET', url, query = {}, headers = {}, body, sign } = spec['http'] as Spec;
    const values = (map: unknown) =>
      Object.fromEntries(Object.entries(map as Spec).map(([key, one]) => [key, value(one)]));
    return {
      ...base,
      verb: 'http',
      request: {
        method: method as string,
        url: template(url),
        query: values(query),
        headers: values(headers),
        body: optional(body, value),
        ...(sign === undefined ? {} : { sign: sign as Sign }),
      },
    };
  }
  if ('code' in spec) {
    const { code, tools = [], limits = {} } = spec;
    const given = optional(spec['with'], value);
    return {
      ...{ ...base, verb: 'code', code: code as string, with: given },
      ...{ tools: tools as string[], limits: limits as CodeBounds },
    };
  }
  if ('set' in spec) return { ...base, verb: 'set', value: value(spec['set']) };
  if ('return' in spec) return { ...base, verb: 'return', value: value(spec['return']) };
  if ('log' in spec) {
    const { level = 'info', message, data } = text('log');
    return {
      ...base,
      verb: 'log',
      level: level as 'info',
      message: template(message),
      data: optional(data, value),
    };
  }
  if ('fail' in spec) {
    const { code = 'workflow_failed', message, details } = text('fail');
    return {
      ...base,
      verb: 'fail',
      code: code as string,
      message: template(message),
      details: optional(details, value),
    };
  }
  return blockOf(spec, base);
}

function patient(spec: Spec, base: StepBase): Step {
  if ('wait' in spec) {
    const { duration, until, event } = spec['wait'] as Spec;
    const wait =
      event !== undefined
        ? { event: template(event) }
        : until === undefined
          ? { duration: value(duration) }
          : { until: value(until) };
    return { ...base, verb: 'wait', wait };
  }
  const { title, message, details, form, ...rest } = (spec['approval'] ?? spec['ask']) as Spec;
  const shown = { title: template(title), message: optional(message, template) };
  if ('ask' in spec) return { ...base, ...shown, verb: 'ask', form: form as JsonSchema };
  return {
    ...base,
    ...shown,
    verb: 'approval',
    details: optional(details, template),
    form: form as JsonSchema | undefined,
    approvers: (rest['approvers'] ?? []) as string[],
    requireDifferentApprover: false,
    onTimeout: (rest['onTimeout'] ?? 'expire') as 'expire',
  };
}

function blockOf(spec: Spec, base: StepBase): Step {
  const output = optional(spec['output'], value);
  const steps = stepsOf(spec['steps']);
  if ('parallel' in spec) {
    const { branches, maxConcurrency = 100, onError = 'fail-fast' } = spec['parallel'] as Spec;
    return {
      ...base,
      verb: 'parallel',
      branches: Object.entries(branches as Spec).map(([name, inner]) => ({ name, steps: stepsOf(inner) })),
      maxConcurrency: maxConcurrency as number,
      onError: onError as 'collect',
      output,
    };
  }
  if ('foreach' in spec) {
    const {
      items,
      as = 'item',
      maxItems,
      maxConcurrency = 1,
      onError = 'fail-fast',
    } = spec['foreach'] as Spec;
    return {
      ...base,
      verb: 'foreach',
      items: expression(items),
      as: as as string,
      maxItems: maxItems as number | undefined,
      maxConcurrency: maxConcurrency as number,
      onError: onError as 'collect',
      steps,
      output,
    };
  }
  if ('loop' in spec) {
    const { until, while: condition, maxIterations } = spec['loop'] as Spec;
    return {
      ...base,
      verb: 'loop',
      until: optional(until, expression),
      while: optional(condition, expression),
      maxIterations: maxIterations as number,
      steps,
      output,
    };
  }
  const cases = (spec['branch'] as Spec[]).map((entry) => ({
    when: optional(entry['when'], expression),
    steps: stepsOf(entry['steps']),
    output: optional(entry['output'], value),
  }));
  return { ...base, verb: 'branch', cases };
}

const start = { line: 1, column: 1, offset: 0 };
const origin: Origin = { file: 'test.yaml', range: { start, end: start }, pointer: '' };

function retryOf(spec: unknown): Retry {
  const {
    maxAttempts = 3,
    delay = '1s',
    backoff = 'exponential',
    maxDelay = '1m',
    jitter,
    on = [],
  } = spec as Spec;
  return {
    maxAttempts: maxAttempts as number,
    delayMs: milliseconds(delay),
    backoff: backoff as Retry['backoff'],
    maxDelayMs: milliseconds(maxDelay),
    ...(jitter === undefined ? {} : { jitter: jitter as boolean }),
    on: on as string[],
  };
}

function milliseconds(text: unknown): number {
  return parseDuration(String(text)) ?? Number.NaN;
}

function optional<T>(spec: unknown, build: (spec: unknown) => T): T | undefined {
  return spec === undefined ? undefined : build(spec);
}

function expression(source: unknown): Expression {
  const { expression: parsed, faults } = parseExpression(String(source));
  if (parsed === undefined) throw new Error(JSON.stringify(faults));
  return parsed;
}

function template(source: unknown): Template {
  const { template: parsed, faults } = parseTemplate(String(source), { partials: {} });
  if (parsed === undefined) throw new Error(JSON.stringify(faults));
  return parsed;
}

function value(source: unknown): Value {
  return parseValue(source as Json).value;
}
