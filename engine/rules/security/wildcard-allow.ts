import { rootOf, type Node } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** Permissions that allow every call, or every command, ask nobody about anything. */
export const wildcardAllow: Rule = {
  id: 'security/wildcard-allow',
  level: 'warning',
  always: true,
  check({ sources }, report) {
    for (const source of sources) {
      const root = rootOf(source);
      for (const permissions of [root.get('permissions'), root.get('defaults').get('permissions')]) {
        for (const node of permissions.get('allow').list()) {
          const pattern = node.text()?.trim();
          if (pattern !== undefined && isWide(pattern, permissions)) {
            report(
              node.origin(),
              `"${pattern}" allows ${pattern.startsWith('*') ? 'every call' : 'every command'} without asking; list what is needed, such as "read" or "bash(git status)", or put the rest under "ask"`,
            );
          }
        }
      }
    }
  },
};

/** A wildcard may be meant where something else is asked about or refused. */
function isWide(pattern: string, permissions: Node): boolean {
  if (/^bash\(\s*\*+\s*\)$/.test(pattern)) return !excepts(permissions, /^bash/);
  return /^\*+(?:\(\*+\))?$/.test(pattern) && !excepts(permissions, /./);
}

function excepts(permissions: Node, pattern: RegExp): boolean {
  return [...permissions.get('ask').list(), ...permissions.get('deny').list()].some((node) =>
    pattern.test(node.text() ?? ''),
  );
}
