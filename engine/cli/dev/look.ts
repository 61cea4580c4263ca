import { createCompiler } from '../../compiler.ts';
import { unavailableParts } from '../../compile.ts';
import { hasErrors, sortDiagnostics, type Diagnostic } from '../../core/diagnostic.ts';
import { stableText } from '../../core/json.ts';
import type { Program } from '../../program/program.ts';

/** What a look at a project found. */
export interface Look {
  /** What can be served; undefined where there are errors. */
  readonly program: Program | undefined;
  /** As far as it could be linked. */
  readonly draft: Program;
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of files, for the frames of findings. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether code may be another one than at the look before. */
  readonly isCodeNew: boolean;
  /** What the Program was linked from: the same for the same specs. */
  readonly specs: string;
}

/** Looks at a project again and again. `files`: what changed since the look before; undefined: everything. */
export type LookAt = (files: readonly string[] | undefined) => Promise<Look>;

/** Files that are code, or that code may import. */
export const isCode = /\.(?:[cm]?[jt]sx?|json|wasm|node)$/i;

/** Looks at a project folder as `engine validate --load-code` does. */
export function createLookAt(folder: string): LookAt {
  const compiler = createCompiler(folder);
  let ofCode: readonly Diagnostic[] = [];
  let owesCode = true;
  return async (files) => {
    const analysis = await compiler.analyze();
    const { program: linked, draft, sources } = analysis;
    owesCode ||= files === undefined || files.some((file) => isCode.test(file) || file === '.');
    const texts = new Map(sources.map(({ file, text }) => [file, text]));
    if (linked === undefined) {
      const { diagnostics } = analysis;
      return { program: undefined, draft, diagnostics, texts, isCodeNew: owesCode, specs: '' };
    }
    const program = Object.freeze({ ...linked, texts: analysis.texts() });
    const isCodeNew = owesCode;
    if (owesCode && hasCode(program)) {
      const { loadCode } = await import('../../code/load-code.ts');
      ofCode = await loadCode(program);
    } else if (owesCode) ofCode = [];
    owesCode = ofCode.length > 0;
    const found = [...analysis.diagnostics, ...unavailableParts(program), ...ofCode];
    const specs = stableText(program.texts);
    const diagnostics = sortDiagnostics(found);
    return {
      ...{ draft, diagnostics, texts, isCodeNew, specs },
      program: hasErrors(found) ? undefined : program,
    };
  };
}

function hasCode({ tools, delegates, workflows }: Program): boolean {
  return (
    Object.values(tools).some(({ run }) => run.type === 'node') ||
    [...Object.values(delegates), ...Object.values(workflows)].some(({ module }) => module !== undefined)
  );
}
