import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';

/** Notes what a sandbox of this type has no place for: options that nobody reads, mounts of a folder that is there. */
export function noteNotHere(reporter: Reporter, root: Node, type: string): void {
  const onDisk = type === 'isolated' || type === 'local';
  for (const [key, option] of root.get('options').entries()) {
    if (onDisk && key === 'root') {
      if (option.text() === undefined)
        reporter.unavailable(option, '"root" must be the path of a folder', 'key');
    } else if (onDisk || type === 'virtual' || type === 'none') {
      reporter.unavailable(
        option,
        onDisk
          ? `a sandbox of type "${type}" has no option "${key}"; it has "root"`
          : `a sandbox of type "${type}" has no options; take out "${key}"`,
        'key',
      );
    }
  }
  const mounts = root.get('mounts');
  if (type === 'local' && mounts.list().length > 0)
    reporter.unavailable(
      mounts,
      'a sandbox of type "local" works in the project itself; take out "mounts", or use type "isolated"',
      'key',
    );
}
