import { InvalidArgumentError, Option } from 'commander';
import type { ExecutionState } from '../core/status.ts';

const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;

/**
 * The option `--state` of a command that lists.
 * @param only what is listed then, such as "only runs".
 */
export function stateOption(only: string): Option {
  return new Option(
    '--state <states>',
    `${only} in these states, with commas: ${states.join(', ')}`,
  ).argParser(readStates);
}

function readStates(text: string): readonly ExecutionState[] {
  return text.split(',').map((word) => {
    const state = states.find((candidate) => candidate === word.trim());
    if (state === undefined) throw new InvalidArgumentError(`Allowed choices are ${states.join(', ')}.`);
    return state;
  });
}
