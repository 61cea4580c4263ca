import { InvalidArgumentError, Option } from 'commander';
import { executionStates } from '../core/status.ts';

/**
 * The option `--state` of a command that lists.
 * @param only what is listed then, such as "only runs".
 * @param states those there are; default: those of runs and messages.
 */
export function stateOption(only: string, states: readonly string[] = executionStates): Option {
  return new Option(
    '--state <states>',
    `${only} in these states, with commas: ${states.join(', ')}`,
  ).argParser((text: string): readonly string[] =>
    text.split(',').map((word) => {
      const state = states.find((candidate) => candidate === word.trim());
      if (state === undefined) throw new InvalidArgumentError(`Allowed choices are ${states.join(', ')}.`);
      return state;
    }),
  );
}
