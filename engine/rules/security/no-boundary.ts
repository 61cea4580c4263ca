import { rootOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** Commands on this machine as they are: the engine holds them to rules, and nothing holds them to a folder. */
export const noBoundary: Rule = {
  id: 'security/no-boundary',
  level: 'info',
  always: true,
  check({ sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'sandbox') continue;
      const root = rootOf(source);
      if (root.get('type').text() !== 'local' || root.get('shell').flag() !== true) continue;
      report(
        root.get('type').origin(),
        `type "local" is no boundary: commands of the sandbox "${source.name}" run on this machine as the user of the engine; where a model writes them, use "isolated" or "virtual"`,
      );
    }
  },
};
