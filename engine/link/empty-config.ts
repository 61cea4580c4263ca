import { join } from 'node:path';
import type { Source } from '../source/index.ts';

/** The config of a project that has none: nothing is said, so that every key has its default. */
export function emptyConfig(folder: string): Source {
  const start = { line: 1, column: 1, offset: 0 };
  const range = { start, end: start };
  return {
    kind: 'project',
    name: 'project',
    file: 'engine.yaml',
    path: join(folder, 'engine.yaml'),
    text: '',
    value: {},
    shipped: false,
    damaged: [],
    rangeOf: () => range,
    rangeWithin: () => range,
  };
}
