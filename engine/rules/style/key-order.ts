import { rootOf, type Node } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';

const head = ['apiVersion', 'kind', 'name', 'description'];

/** Readers look for a name at the top, for `id` first in a step, and for the output of a workflow below its steps. */
export const keyOrder: Rule = {
  id: 'style/key-order',
  level: 'info',
  preset: 'strict',
  check({ sources }, report) {
    for (const source of sources) {
      const root = rootOf(source);
      const keys = root
        .entries()
        .map(([key]) => key)
        .filter((key) => !key.startsWith('x-'));
      const late = misplaced(keys, source.kind === 'workflow' ? ['steps', 'output'] : []);
      if (late !== undefined && source.kind !== 'schema') reportAt(root.get(late.key), late.message);
      if (source.kind !== 'workflow') continue;
      for (const { node } of stepsOf(source)) {
        const [first] = node.entries();
        if (first !== undefined && first[0] !== 'id' && node.get('id').value !== undefined)
          reportAt(node.get('id'), '"id" stands first in a step');
      }
    }

    function reportAt({ source, pointer }: Node, message: string): void {
      report({ file: source.file, pointer, range: source.rangeOf(pointer, 'key') }, message);
    }
  },
};

/** The first key of the head that stands behind another key, or of the tail that stands before one. */
function misplaced(
  keys: readonly string[],
  tail: readonly string[],
): { readonly key: string; readonly message: string } | undefined {
  const first = head.filter((key) => keys.includes(key));
  const wrong = first.find((key, index) => keys[index] !== key);
  if (wrong !== undefined) {
    const before = keys[first.indexOf(wrong)] ?? '';
    return { key: wrong, message: `"${wrong}" stands before "${before}"` };
  }
  const last = tail.filter((key) => keys.includes(key));
  const early = last.findIndex((key, index) => keys[keys.length - last.length + index] !== key);
  const key = last[early];
  return key === undefined
    ? undefined
    : {
        key,
        message: `"${key}" stands ${early === last.length - 1 ? 'last' : 'below the keys that describe the workflow'}`,
      };
}
