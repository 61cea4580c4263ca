import { type Command, InvalidArgumentError } from 'commander';
import { reportFailure } from './report/failure.ts';
import { openTerminal, type Terminal } from './terminal.ts';

type Work<Options> = (
  terminal: Terminal,
  args: readonly (string | undefined)[],
  options: Options,
) => Promise<number>;

/**
 * What commander calls for a command: opens the terminal, does the work, reports its failure, tells the exit code.
 * @param inLines whether it prints JSON as lines, of which a failure is one.
 */
export function perform<Options extends object>(
  end: (exitCode: number) => void,
  work: Work<Options>,
  inLines: (options: Options) => boolean = () => false,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals<Options & { color?: boolean; json?: boolean }>();
    const terminal = openTerminal(options.color);
    try {
      end(await work(terminal, command.processedArgs as (string | undefined)[], options));
    } catch (thrown) {
      end(
        reportFailure(thrown, terminal, {
          json: options.json !== true ? 'none' : inLines(options) ? 'line' : 'object',
        }),
      );
    }
  };
}

/** A reader of whole numbers. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** Collects the values of an option that may be repeated. */
export function addText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Lets only one of two options be given that are one value, of which the last would count. */
export function refuseBoth(command: Command, ...names: readonly [string, string]): void {
  const given = new Set<string>();
  for (const name of names)
    command.on(`option:${name}`, () => {
      given.add(name);
      if (given.size > 1) command.error(`error: use either --${names.join(' or --')}`);
    });
}

/** The part of a help that shows how a command is used. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
