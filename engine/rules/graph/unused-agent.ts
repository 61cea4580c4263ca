import type { Rule } from '../rule.ts';

/** An agent that no other spec names can only be called from outside. */
export const unusedAgent: Rule = {
  id: 'graph/unused-agent',
  level: 'info',
  preset: 'strict',
  check({ program, facts, sources }, report) {
    const own = new Set(sources.map(({ file }) => file));
    const named = new Set(
      facts.references.filter(({ kind }) => ['agent', 'subagent'].includes(kind)).map(({ name }) => name),
    );
    for (const { name, origin } of Object.values(program.agents)) {
      if (named.has(name) || !own.has(origin.file)) continue;
      report(
        { file: origin.file },
        `nothing in the project uses the agent "${name}"; it can only be called from outside`,
      );
    }
  },
};
