import type { Rule } from '../rule.ts';

/** Lines from which on a skill fills the context of every conversation that loads it. */
const mostLines = 500;

/** The body of a skill is read as a whole; what is needed seldom belongs into files beside it. */
export const bodyLength: Rule = {
  id: 'skill/body-length',
  level: 'warning',
  always: true,
  check({ sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'skill' || source.body === undefined) continue;
      const lines = source.body.split('\n').length;
      if (lines <= mostLines) continue;
      const { start } = source.rangeOf('/body');
      report(
        { file: source.file, range: { start, end: start }, pointer: '/body' },
        `the skill has ${lines} lines and is loaded as a whole; move what is needed seldom into files under "references/" and link them, so that at most ${mostLines} stay`,
      );
    }
  },
};
