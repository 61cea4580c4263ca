import type { Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { projectPath } from './project-path.ts';

/**
 * A module that a spec names: the absolute path of a file of the project, or the name of a package as it is.
 * Reports a file that is not there, and text that is neither.
 */
export function modulePath(reporter: Reporter, node: Node, folder: string): string | undefined {
  const text = node.text();
  if (text === undefined) return undefined;
  if (/^(\.{0,2}\/|\.$)/.test(text) || /\.[cm]?[jt]s$/.test(text))
    return projectPath(reporter, node, { folder, wanted: 'file' });
  if (/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(\/[\w./-]+)?$/i.test(text)) return text;
  reporter.report(
    node,
    'schema/bad-format',
    `"${text}" is neither the path of a module ("./my-module.ts") nor the name of a package`,
  );
  return undefined;
}
