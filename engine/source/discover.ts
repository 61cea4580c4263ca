import { join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { suggest } from '../core/suggest.ts';
import type { Disk } from './disk.ts';
import { kindNames, kindOfFolder, kindRow, type Kind } from './kinds.ts';
import { walkFolder, type FoundFile } from './walk-folder.ts';

/** Kinds that a TypeScript or JavaScript file may describe on its own. */
export type ModuleKind = 'tool' | 'agent' | 'profile' | 'workflow';

/** A file that holds a spec, a lone module or a template, before it is read. */
export interface Candidate {
  readonly kind: Kind | 'module' | 'partial' | 'prompt';
  /** Of a module: what it describes. */
  readonly of?: ModuleKind;
  readonly name: string;
  /** Name of the file without its ending; of a skill the name of its folder. */
  readonly stem: string;
  /** The searched root it was found in; later roots win over earlier ones. */
  readonly root: number;
  readonly file: string;
  readonly path: string;
  /** Of a skill: the other files of its folder. */
  readonly beside?: readonly FoundFile[];
  /** Written for Claude Code. */
  readonly claude?: boolean;
}

/** A folder to search: `prefix` is put before the names of its files, `kinds` narrows what is looked for. */
export interface SearchRoot {
  readonly path: string;
  readonly prefix: string;
  readonly kinds?: Readonly<Record<string, Kind>>;
  /** Whether folders with misspelt names are reported. */
  readonly strict?: boolean;
  readonly claude?: boolean;
}

const templateFolders = { partials: 'partial', prompts: 'prompt' } as const;
const codeFile = /\.(?:[cm]?[jt]sx?|map)$/;

/** The places of a project that are searched, in order of precedence, the weakest first. */
export function projectRoots(root: string): SearchRoot[] {
  return [
    { path: join(root, '.claude'), prefix: '.claude/', kinds: { agents: 'agent' }, claude: true },
    { path: root, prefix: '' },
    { path: join(root, '.agents'), prefix: '.agents/', strict: true },
    { path: join(root, '.engine'), prefix: '.engine/' },
    { path: join(root, 'src'), prefix: 'src/', strict: true },
  ];
}

/** Finds every spec, tool module and template in the folders of kinds below the given roots. Reads names only. */
export function discover(
  disk: Disk,
  roots: readonly SearchRoot[],
  realRoot: string,
): { candidates: Candidate[]; diagnostics: Diagnostic[] } {
  const candidates: Candidate[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, root] of roots.entries()) {
    const folders = disk.entries(root.path).filter((entry) => entry.kind !== 'file');
    for (const { name: folder } of folders) {
      const kind = kindIn(root, folder);
      if (kind === undefined && root.strict !== true) continue;
      const display = root.prefix + folder;
      const walked = walkFolder(disk, join(root.path, folder), { realRoot, display });
      if (kind === undefined) diagnostics.push(...misspelt(folder, display, walked.files));
      else {
        diagnostics.push(...walked.diagnostics);
        for (const found of sortOut(kind, walked.files, { index, display, claude: root.claude === true })) {
          if ('rule' in found) diagnostics.push(found);
          else candidates.push(found);
        }
      }
    }
  }
  return { candidates, diagnostics };
}

function kindIn(root: SearchRoot, folder: string): Candidate['kind'] | undefined {
  if (root.claude !== true && (folder === 'partials' || folder === 'prompts')) return templateFolders[folder];
  if (root.kinds !== undefined) return Object.hasOwn(root.kinds, folder) ? root.kinds[folder] : undefined;
  return kindOfFolder(folder);
}

interface Where {
  readonly index: number;
  readonly display: string;
  readonly claude: boolean;
}

function sortOut(
  kind: Candidate['kind'],
  files: readonly FoundFile[],
  where: Where,
): (Candidate | Diagnostic)[] {
  if (kind === 'skill') return skillsAmong(files, where);
  const stems = new Set(
    files.filter(({ below }) => /\.ya?ml$/.test(below)).map(({ below }) => withoutSuffix(below)),
  );
  return files.flatMap((found): (Candidate | Diagnostic)[] => {
    const base = baseName(found.below);
    if (base.startsWith('_') || base === 'README.md') return [];
    const suffix = suffixesOf(kind, where.claude).find((ending) => base.endsWith(ending));
    if (suffix !== undefined) return [candidate(kind, found, found.below.slice(0, -suffix.length), where)];
    if (isModuleKind(kind) && !where.claude && codeFile.test(base)) {
      // Deeper down, or with a second ending, it is code for the others.
      const stem = /^([^./]+)\.(?:ts|js|mjs)$/.exec(found.below)?.[1];
      // Beside a YAML tool it is that tool's module.
      if (stem === undefined || (kind === 'tool' && stems.has(stem))) return [];
      return [{ ...candidate('module', found, stem, where), of: kind }];
    }
    // A sandbox of one's own names its module.
    if (kind === 'sandbox' && codeFile.test(base)) return [];
    // Beside scenario tests there may be tests of the code, with their data.
    if (kind === 'test') return [];
    return [ignored(`${where.display}/${found.below}`, kind, where.claude)];
  });
}

function skillsAmong(files: readonly FoundFile[], where: Where): (Candidate | Diagnostic)[] {
  const folders = files
    .filter(({ below }) => /^.+\/SKILL\.md$/.test(below))
    .map(({ below }) => below.slice(0, -'SKILL.md'.length))
    .filter((folder, _index, all) => !all.some((other) => other !== folder && folder.startsWith(other)));
  const owner = (below: string): string | undefined => folders.find((folder) => below.startsWith(folder));
  const strays = files
    .filter(
      ({ below }) =>
        owner(below) === undefined && baseName(below) !== 'README.md' && !baseName(below).startsWith('_'),
    )
    .map(({ below }) => ignored(`${where.display}/${below}`, 'skill', false));
  const skills = files
    .filter(({ below }) => folders.some((folder) => below === `${folder}SKILL.md`))
    .map((found): Candidate => {
      const folder = found.below.slice(0, -'SKILL.md'.length);
      const beside = files
        .filter((other) => other !== found && owner(other.below) === folder)
        .map((other) => ({ ...other, below: other.below.slice(folder.length) }));
      return { ...candidate('skill', found, folder.slice(0, -1), where), beside };
    });
  return [...skills, ...strays];
}

function candidate(kind: Candidate['kind'], found: FoundFile, stem: string, where: Where): Candidate {
  return {
    kind,
    name: stem.replaceAll('/', '.'),
    stem: baseName(stem),
    root: where.index,
    file: `${where.display}/${found.below}`,
    path: found.path,
    ...(where.claude ? { claude: true } : {}),
  };
}

function isModuleKind(kind: Candidate['kind']): kind is ModuleKind {
  return kind === 'tool' || kind === 'agent' || kind === 'profile' || kind === 'workflow';
}

function suffixesOf(kind: Candidate['kind'], claude: boolean): readonly string[] {
  if (kind === 'partial' || kind === 'prompt') return ['.hbs'];
  if (kind === 'module') return [];
  return claude ? ['.md'] : kindRow(kind).suffixes;
}

function ignored(file: string, kind: Candidate['kind'], claude: boolean): Diagnostic {
  const expected =
    kind === 'skill'
      ? 'a skill is a folder with a SKILL.md'
      : `expected ${suffixesOf(kind, claude).join(', ')}`;
  const message = `the file is not read; ${expected}`;
  return { rule: 'source/ignored-file', level: 'warning', message, file };
}

/** A folder named almost like a kind's, with files in it that look like specs. */
function misspelt(folder: string, file: string, files: readonly FoundFile[]): Diagnostic[] {
  if (!files.some(({ below }) => /\.(?:ya?ml|md)$/.test(below) && baseName(below) !== 'README.md')) return [];
  const known = kindNames.flatMap((kind) => kindRow(kind).folder ?? []);
  const [near] = suggest(folder, [...known, ...Object.keys(templateFolders)]);
  if (near === undefined) return [];
  const message = `"${folder}" is not a folder of specs; did you mean "${near}"?`;
  return [{ rule: 'source/unknown-folder', level: 'error', message, file, suggestions: [near] }];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function withoutSuffix(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}
