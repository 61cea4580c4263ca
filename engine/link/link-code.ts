import type { CodeBounds, CodeGrant } from '../program/code.ts';
import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { known } from './names.ts';
import { durationOf } from './scalars.ts';

/** What code may use. */
export function codeBounds(node: Node): CodeBounds {
  const timeMs = durationOf(node.get('time'));
  const memoryMb = node.get('memoryMb').number();
  return {
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(memoryMb === undefined ? {} : { memoryBytes: memoryMb * 1024 * 1024 }),
  };
}

/** The `code` of an agent: a runner, alone or with what the code may reach. */
export function linkCodeGrant(
  reporter: Reporter,
  node: Node,
  /** Tools of the agent. */
  tools: readonly string[],
): CodeGrant | false {
  if (node.text() === 'monty') return { runner: 'monty', tools: [], limits: {} };
  if (node.get('runner').text() !== 'monty') return false;
  const wanted = node.get('tools').list();
  return {
    runner: 'monty',
    tools: wanted.flatMap((item) => {
      const name = item.text();
      return name !== undefined && known(reporter, item, 'tool', name, tools) ? [name] : [];
    }),
    limits: codeBounds(node.get('limits')),
  };
}
