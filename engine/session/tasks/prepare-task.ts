import type { Agent } from '../../program/agent.ts';
import type { ModelChoice } from '../../program/model.ts';
import { Problem } from '../../core/problem.ts';
import type { SessionPorts } from '../ports.ts';
import { prepare, type Ask, type Prepared } from '../prepare.ts';
import type { Task } from './task-tool.ts';

/**
 * Decides how a task is asked. An agent that gives it to itself works on as it was asked, with its role, model and input; a helper works
 * by what its own file says. Throws Problem `tool_input_invalid`, `invalid_input`, `missing_model`.
 * @param prepared how the operation that gives it was asked.
 */
export function prepareTask(
  ports: SessionPorts,
  prepared: Prepared,
  task: Pick<Task, 'prompt' | 'helper' | 'input'>,
): Prepared {
  if (task.prompt.trim() === '') throw new Problem('tool_input_invalid', 'the prompt is empty');
  const message = ports.redact.text(task.prompt);
  if (task.helper === undefined) return { ...prepared, message, schema: undefined };
  const input = task.input === undefined ? undefined : ports.redact.json(task.input);
  return prepare(ports.program, helperOf(task.helper, prepared.model), { ...unasked, message, input });
}

/** A helper as it works for somebody: without a model of its own, with that one's. */
export function helperOf(helper: Agent, model: ModelChoice | false | undefined): Agent {
  return helper.model === undefined || helper.model === false ? { ...helper, model } : helper;
}

const unasked: Ask = {
  message: undefined,
  input: undefined,
  role: undefined,
  model: undefined,
  modelSettings: {},
  thinking: undefined,
  schema: undefined,
};
