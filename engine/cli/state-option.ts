import { InvalidArgumentError, Option } from 'commander';
import { executionStates, type ExecutionState } from '../core/status.ts';

/**
 * The option `--state` of a command that lists.
 * @param only what is listed then, such as "only runs".
 */
export function stateOption(only: string): Option {
  return new Option(
    '--state <states>',
    `${only} in these states, with commas: ${executionStates.join(', ')}`,
  ).argParser(readStates);
}

function readStates(text: string): readonly ExecutionState[] {
  return text.split(',').map((word) => {
    const state = executionStates.find((candidate) => candidate === word.trim());
    if (state === undefined)
      throw new InvalidArgumentError(`Allowed choices are ${executionStates.join(', ')}.`);
    return state;
  });
}
