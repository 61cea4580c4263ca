import { Problem } from './problem.ts';
import { choices } from './suggest.ts';

/**
 * Refuses a name that nothing has, by which a list was narrowed. What went from the project may have left something, so it is asked of
 * lists that are empty alone. Throws Problem `agent_not_found`, `workflow_not_found`, and `not_found` for others.
 * @param known names that there are now.
 * @param isLeft tells whether anything of this name is stored.
 */
export async function refuseUnknown(
  kind: 'agent' | 'workflow' | 'workflow or agent' | 'callback',
  name: string,
  known: Iterable<string>,
  isLeft: () => Promise<boolean>,
): Promise<void> {
  const names = [...known];
  if (names.includes(name) || (await isLeft())) return;
  const isSpecific = kind === 'agent' || kind === 'workflow';
  throw new Problem(
    isSpecific ? `${kind}_not_found` : 'not_found',
    `no ${kind} "${name}"${choices(name, names)}`,
  );
}
