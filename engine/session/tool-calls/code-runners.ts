import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';
import { defaultCodeLimits, type CodeLimits, type CodeRunner } from '../../ports/code-runner.ts';
import type { SessionPorts } from '../ports.ts';

/** A runner by name. Throws Problem `not_available`. */
export function codeRunner({ codeRunners }: Pick<SessionPorts, 'codeRunners'>, name = 'monty'): CodeRunner {
  const found = Object.hasOwn(codeRunners, name) ? codeRunners[name] : undefined;
  if (found !== undefined) return found;
  throw new Problem('not_available', `no code runner "${name}"${choices(name, Object.keys(codeRunners))}`);
}

/** The limits of code, the default ones where nothing is said. */
export function codeLimits(bounds: Partial<CodeLimits>): CodeLimits {
  return { ...defaultCodeLimits, ...bounds };
}
