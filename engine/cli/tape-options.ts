import { Option } from 'commander';
import type { EngineOptions } from '../api.ts';
import type { EnvFromOptions } from './engine-options.ts';
import { Problem } from '../core/problem.ts';

/** Options of commands that call models: which cassette they are on. */
export interface TapeOptions {
  readonly record?: string;
  readonly replay?: string;
}

/** `--record`, which excludes `--replay`. */
export function recordOption(): Option {
  return new Option('--record <file>', 'write all calls of models into this cassette').conflicts('replay');
}

/** `--replay`. */
export function replayOption(): Option {
  return new Option('--replay <file>', 'answer all calls of models from this cassette; needs no key');
}

/** What an engine is told of them. */
export function tapeOf({ record, replay }: TapeOptions): Pick<EngineOptions, 'record' | 'replay'> {
  return { ...(record === undefined ? {} : { record }), ...(replay === undefined ? {} : { replay }) };
}

/** Throws Problem `invalid_request` when a cassette or variables are named at a server, which has models and an environment of its own. */
export function refuseTapeAt(
  server: string,
  { record, replay, envFrom }: TapeOptions & EnvFromOptions,
): void {
  if (record === undefined && replay === undefined && envFrom === undefined) return;
  const option = record !== undefined ? '--record' : replay !== undefined ? '--replay' : '--env-from';
  throw new Problem(
    'invalid_request',
    `${option} is for work that is done here, not at the server ${server}`,
  );
}
