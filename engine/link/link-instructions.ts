import type { Program } from '../program/program.ts';
import { type Node, textOnDisk } from '../source/index.ts';
import type { Reporter } from './context.ts';
import { projectPath } from './project-path.ts';

/** The texts that every agent is told: the files that the config lists, or what the loader found. Reports files that are not there. */
export function linkInstructions(
  reporter: Reporter,
  node: Node,
  project: { readonly root: string; readonly instructions: Program['instructions'] },
): Program['instructions'] {
  if (node.value === undefined) return project.instructions;
  return node.list().flatMap((item) => {
    const file = item.text();
    const path = projectPath(reporter, item, { folder: project.root, wanted: 'file' });
    if (file === undefined || path === undefined) return [];
    const known = project.instructions.find((one) => one.file === file);
    const text =
      known?.text ??
      textOnDisk(path)
        ?.replace(/^\uFEFF/, '')
        .replaceAll('\r\n', '\n') ??
      '';
    return text.trim() === '' ? [] : [{ file, text }];
  });
}
