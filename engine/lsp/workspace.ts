import { sep } from 'node:path';
import type { Diagnostic } from 'vscode-languageserver/node';
import { findingsByUri } from './findings.ts';
import { openProject, type Project } from './project.ts';
import { isProject, projectRootOf } from './project-root.ts';
import type { RulePages } from './rule-pages.ts';
import { pathOfUri } from './uri.ts';

/** What the editor has open, and the projects in it. */
export interface Workspace {
  /** Adds workspace folders, and takes others away. */
  folders(added: readonly string[], removed?: readonly string[]): void;
  /** The project of a file; undefined when it belongs to none. */
  projectOf(path: string): Project | undefined;
  /** Says that the text of an open file, or a file on disk, has changed. */
  changed(path: string): void;
}

/** What a workspace needs of the world around it. */
export interface Surroundings {
  /** The unsaved texts by absolute path. */
  texts(): ReadonlyMap<string, string>;
  publish(uri: string, diagnostics: readonly Diagnostic[]): void;
  log(message: string): void;
  /** How long after a change the project is looked at, in milliseconds. */
  readonly delayMs: number;
  readonly pages: Promise<RulePages>;
}

/** A workspace without folders. */
export function openWorkspace({ texts, publish, log, delayMs, pages }: Surroundings): Workspace {
  const workspaces = new Set<string>();
  const projects = new Map<string, Project>();
  const timers = new Map<string, NodeJS.Timeout>();
  /** What is shown by project and URI. */
  const shown = new Map<string, ReadonlyMap<string, string>>();

  const show = async (project: Project): Promise<void> => {
    const { version } = project;
    const found = findingsByUri(project.root, await project.analysis(), await pages);
    // What has changed meanwhile is looked at again; places in an older text would be wrong.
    if (projects.get(project.root) !== project || project.version !== version) return;
    const before = shown.get(project.root) ?? new Map<string, string>();
    const now = new Map([...found].map(([uri, diagnostics]) => [uri, JSON.stringify(diagnostics)]));
    for (const [uri, diagnostics] of found) if (before.get(uri) !== now.get(uri)) publish(uri, diagnostics);
    for (const uri of before.keys()) if (!found.has(uri)) publish(uri, []);
    shown.set(project.root, now);
  };

  const later = (project: Project, ms = delayMs): void => {
    clearTimeout(timers.get(project.root));
    const look = (): void => {
      timers.delete(project.root);
      show(project).catch((thrown: unknown) => log(`${project.root}: ${reasonOf(thrown)}`));
    };
    timers.set(project.root, setTimeout(look, ms));
  };

  const open = (root: string): Project => {
    const known = projects.get(root);
    if (known !== undefined) return known;
    const project = openProject(root, () => within(root, texts()));
    projects.set(root, project);
    later(project, 0);
    return project;
  };

  const close = (project: Project): void => {
    clearTimeout(timers.get(project.root));
    projects.delete(project.root);
    for (const uri of shown.get(project.root)?.keys() ?? []) publish(uri, []);
    shown.delete(project.root);
  };

  const projectOf: Workspace['projectOf'] = (path) => {
    const root = projectRootOf(path, [...workspaces]);
    return root === undefined ? undefined : open(root);
  };

  return {
    projectOf,
    folders(added, removed = []) {
      for (const folder of removed) {
        workspaces.delete(folder);
        for (const project of projects.values()) if (isInside(project.root, folder)) close(project);
      }
      for (const folder of added) {
        workspaces.add(folder);
        if (isProject(folder)) open(folder);
      }
    },
    changed(path) {
      projectOf(path);
      // A new config can make a project of a folder inside of another one, so all around the file look again.
      for (const project of projects.values()) {
        if (!isInside(path, project.root)) continue;
        project.changed();
        later(project);
      }
    },
  };
}

/** The texts below a folder, whose URIs named files there. */
function within(root: string, texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...texts].filter(([path]) => isInside(path, root)));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** What was thrown, for the log. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

/** The paths that `file:` URIs name. */
export function pathsOf(uris: Iterable<string>): string[] {
  return [...uris].flatMap((uri) => pathOfUri(uri) ?? []);
}
