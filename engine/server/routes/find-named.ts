import { Problem } from '../../core/problem.ts';
import { choices } from '../../core/suggest.ts';

/** An agent or workflow by name. Throws Problem `agent_not_found`, `workflow_not_found`, with the choices. */
export function findNamed<T>(all: Readonly<Record<string, T>>, name: string, kind: 'agent' | 'workflow'): T {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found !== undefined) return found;
  throw new Problem(`${kind}_not_found`, `no ${kind} "${name}"${choices(name, Object.keys(all))}`);
}
