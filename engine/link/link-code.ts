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

/**
 * The `code` of an agent: a runner, alone or with what the code may reach.
 * @param own tools of the agent.
 * @param declared every tool of the project.
 */
export function linkCodeGrant(
  reporter: Reporter,
  node: Node,
  own: readonly string[],
  declared: readonly string[],
): CodeGrant | false {
  if (node.text() === 'monty') return { runner: 'monty', tools: [], limits: {} };
  if (node.get('runner').text() !== 'monty') return false;
  const linkTool = (item: Node): readonly string[] => {
    const name = item.text();
    if (name === undefined || !known(reporter, item, 'tool', name, declared)) return [];
    if (own.includes(name)) return [name];
    const message = `code may call tools of its agent, and "${name}" is none; add it to "tools" of the agent`;
    reporter.report(item, 'ref/unknown-tool', message);
    return [];
  };
  return {
    runner: 'monty',
    tools: node.get('tools').list().flatMap(linkTool),
    limits: codeBounds(node.get('limits')),
  };
}
