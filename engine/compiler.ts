import { resolve } from 'node:path';
import { hasErrors, sortDiagnostics, type Diagnostic } from './core/diagnostic.ts';
import type { SpecTexts } from './core/spec-texts.ts';
import { withFixes } from './fix/index.ts';
import { createLinkMemo, link } from './link/index.ts';
import type { Facts } from './program/facts.ts';
import type { Program } from './program/program.ts';
import { checkProject } from './rules/index.ts';
import {
  loadProject,
  filesOf,
  loadShipped,
  noting,
  openDisk,
  seeing,
  textsOf,
  type Asked,
  type KnownText,
  type Reading,
  type Shipped,
  type Source,
} from './source/index.ts';
import { validateShape } from './validate/index.ts';

/** What compiling gives: all faults of all files, and the Program when none of them is an error. */
export interface Compiled {
  readonly program: Program | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The same with what only editors and reports need. */
export interface Analysis extends Compiled {
  /** The Program as far as it could be linked; it has gaps where there are errors, and is never run. */
  readonly draft: Program;
  readonly facts: Facts;
  /** The files of the project, the config among them. */
  readonly sources: readonly Source[];
  /** What the Program was linked from: with it, it can be linked again when the files are others. */
  readonly texts: () => SpecTexts;
}

/** Texts that stand in for files, by path (absolute, or relative to the project); one may name a file that is not there. */
export type Overlay = ReadonlyMap<string, string>;

/** Compiles one project again and again: only what has changed is read, checked and linked anew. */
export interface Compiler {
  /** Absolute path of the project folder. */
  readonly folder: string;
  /**
   * Looks at the project as it is now. Gives what a first look would give. Runs none of its code, opens no socket, needs no key;
   * never throws for what stands in the files.
   */
  analyze(overlay?: Overlay): Promise<Analysis>;
}

/** What comes with the engine does not change while it runs. */
let shipped: Shipped | undefined;

/**
 * A compiler for a project folder; it holds no files open.
 *
 * @example const { diagnostics } = await createCompiler('./my-project').analyze(new Map([['engine.yaml', 'nmae: shop']]));
 */
export function createCompiler(folder: string): Compiler {
  const root = resolve(folder);
  const texts = new Map<string, KnownText>();
  const sources: Reading['sources'] = new Map();
  const memo = createLinkMemo();
  const asked: Asked = new Map();
  return {
    folder: root,
    async analyze(overlay = new Map()) {
      const absolute = new Map([...overlay].map(([path, text]) => [resolve(root, path), text]));
      const project = await loadProject(root, { disk: openDisk(texts, absolute), sources });
      const { config } = project.value;
      const all = config === undefined ? project.value.sources : [config, ...project.value.sources];
      const {
        value: draft,
        diagnostics: linked,
        facts,
      } = seeing(noting(asked), () => link(project.value, (shipped ??= loadShipped()), memo));
      // The store is no part of what the project says.
      asked.delete(draft.settings.store.path);
      const found = [...project.diagnostics, ...validateShape(all), ...linked];
      const checked = checkProject({ program: draft, facts, sources: all }, found);
      const diagnostics = withFixes(sortDiagnostics(checked), all);
      const program = hasErrors(diagnostics) ? undefined : draft;
      return {
        program,
        diagnostics,
        draft,
        facts,
        sources: all,
        texts: () => textsOf(project.value, asked),
      };
    },
  };
}

/**
 * Links once more what a Program was linked from, whatever stands in its folder by now. Only code (modules of tools) is looked for
 * on disk. The rules are not asked: what passed them once is not refused because they have become stricter.
 */
export async function relink(folder: string, texts: SpecTexts): Promise<Analysis> {
  const root = resolve(folder);
  const { disk, beside } = filesOf(root, texts);
  const project = await loadProject(root, { disk, sources: new Map() });
  const { config } = project.value;
  const sources = config === undefined ? project.value.sources : [config, ...project.value.sources];
  const linked = seeing(beside, () => link(project.value, (shipped ??= loadShipped()), createLinkMemo()));
  const found = [...project.diagnostics, ...validateShape(sources), ...linked.diagnostics];
  const diagnostics = sortDiagnostics(found);
  const { value: draft, facts } = linked;
  const program = hasErrors(diagnostics) ? undefined : Object.freeze({ ...draft, texts });
  return { program, diagnostics, draft, facts, sources, texts: () => texts };
}
