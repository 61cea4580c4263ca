import { factsByPlace } from '../facts-at.ts';
import type { Rule } from '../rule.ts';

/** An expression, or something a template prints, of which no schema says what it is; nothing about it is checked. */
export const untyped: Rule = {
  id: 'type/untyped',
  level: 'info',
  preset: 'strict',
  check({ facts, sources }, report) {
    const own = new Set(sources.filter(({ kind }) => !schemaless.has(kind)).map(({ file }) => file));
    for (const known of factsByPlace(facts).values()) {
      const fact = known.at(-1);
      if (fact === undefined || fact.untyped === 0 || !own.has(fact.file)) continue;
      const what =
        fact.syntax === 'template'
          ? `${fact.untyped} of the values in this text`
          : 'the value of this expression';
      report(
        fact,
        `no schema says what ${what} is, so nothing about it is checked; give what it comes from a schema`,
      );
    }
  },
};

/** What comes from outside there has no place for a schema. */
const schemaless: ReadonlySet<string> = new Set(['channel', 'model']);
