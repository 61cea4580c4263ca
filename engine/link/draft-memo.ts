import type { JsonSchema } from '../core/json.ts';
import type { Source, LoadedProject, Node } from '../source/index.ts';
import type { Reporter } from './context.ts';
import type { Draft } from './link-workflow.ts';

/** What linking a project again may take over. Belongs to one project folder. */
export interface LinkMemo {
  readonly drafts: Map<string, KnownDraft>;
  /** A number for each source: one that is parsed again is another one. */
  readonly numbers: WeakMap<object, number>;
}

/** A linked workflow, what was found in it, and all that it depends on. */
export interface KnownDraft {
  readonly around: string;
  readonly source: object | undefined;
  /** The workflows it looked at; `draft` where their output mattered. */
  readonly callees: ReadonlyMap<
    string,
    { readonly source: object | undefined; readonly draft?: Draft | undefined }
  >;
  readonly draft: Draft;
  readonly reporter: Reporter;
}

/** The memo as it is seen while one project is linked. */
export interface DraftMemo {
  readonly known: Map<string, KnownDraft>;
  /** Stands for everything around the workflows that they may depend on. */
  readonly around: string;
  /** The source of a workflow as it was read. */
  sourceOf(root: Node | undefined): object | undefined;
}

/** A memo that knows nothing yet. */
export function createLinkMemo(): LinkMemo {
  return { drafts: new Map(), numbers: new WeakMap() };
}

/** Something that specs refer to: its content by hash, and what its users are checked against. */
interface Interface {
  readonly hash: string;
  readonly inputSchema?: JsonSchema | undefined;
  readonly outputSchema?: JsonSchema | undefined;
}

/**
 * The memo for linking the workflows of a project.
 * @param parts what the workflows are linked against, by kind and name.
 */
export function draftMemo(
  memo: LinkMemo,
  project: LoadedProject,
  common: string,
  parts: readonly Readonly<Record<string, Interface>>[],
): DraftMemo {
  const byFile = new Map(project.sources.map((source) => [source.file, source]));
  const numberOf = (source: Source): number => {
    const number = memo.numbers.get(source) ?? (next += 1);
    memo.numbers.set(source, number);
    return number;
  };
  const { config, sources, modules, partials, root } = project;
  const others = [
    ...(config === undefined ? [] : [config]),
    ...sources.filter(({ kind }) => kind !== 'workflow'),
  ];
  const around = JSON.stringify([
    root,
    common,
    partials,
    modules,
    others.map(numberOf),
    sources.filter(({ kind }) => kind === 'workflow').map(({ name, file }) => [name, file]),
    parts.map((named) =>
      Object.entries(named).map(([name, { hash, inputSchema, outputSchema }]) => [
        name,
        hash,
        inputSchema,
        outputSchema,
      ]),
    ),
  ]);
  return {
    known: memo.drafts,
    around,
    sourceOf: (node) => (node === undefined ? undefined : byFile.get(node.source.file)),
  };
}

let next = 0;

/** Whether a workflow can be taken over as it was linked before. */
export function isStill(
  known: KnownDraft,
  { around }: DraftMemo,
  source: object | undefined,
  now: { sourceOf(name: string): object | undefined; draftOf(name: string): Draft | undefined },
): boolean {
  if (known.around !== around || known.source !== source || source === undefined) return false;
  return [...known.callees].every(
    ([name, callee]) =>
      now.sourceOf(name) === callee.source && (!('draft' in callee) || now.draftOf(name) === callee.draft),
  );
}
