import type { Json } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Template } from '../expr/index.ts';
import type { Step, WaitStep } from '../program/step.ts';

/** What a step does, in a few words: whom it calls, what it asks. Empty for blocks, which show it by their parts. */
export function describeStep(step: Step): string {
  switch (step.verb) {
    case 'prompt':
      return firstLine(step.prompt);
    case 'skill':
      return step.agent === undefined ? step.skill : `${step.skill} by ${step.agent}`;
    case 'task':
      return step.agent === undefined ? firstLine(step.task) : `${step.agent}, ${firstLine(step.task)}`;
    case 'agent':
      return step.role === undefined ? step.agent : `${step.agent} as ${step.role}`;
    case 'tool':
      return step.tool;
    case 'shell':
      return isLine(step.shell) ? firstLine(step.shell) : step.shell.map(({ source }) => source).join(' ');
    case 'code':
      return step.code;
    case 'http':
      return `${step.request.method} ${step.request.url.source}`;
    case 'workflow':
      return step.workflow;
    case 'dispatch':
      return `to ${step.agent}`;
    case 'set':
      return isObject(step.value.source)
        ? Object.keys(step.value.source).join(', ')
        : short(step.value.source);
    case 'log':
      return firstLine(step.message);
    case 'approval':
    case 'ask':
      return firstLine(step.title);
    case 'wait':
      return waitedFor(step);
    case 'return':
      return short(step.value.source);
    case 'fail':
      return `${step.code}, ${firstLine(step.message)}`;
    case 'parallel':
    case 'foreach':
    case 'branch':
    case 'loop':
      return '';
  }
}

function waitedFor({ wait }: WaitStep): string {
  if ('duration' in wait) return `for ${short(wait.duration.source)}`;
  if ('until' in wait) return `until ${short(wait.until.source)}`;
  return `for event ${wait.event.source}`;
}

function isLine(shell: Template | readonly Template[]): shell is Template {
  return 'source' in shell;
}

function firstLine({ source }: Template): string {
  return source.trim().split('\n', 1)[0] ?? '';
}

function short(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
