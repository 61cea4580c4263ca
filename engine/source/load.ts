import { basename, join, resolve } from 'node:path';
import type { Checked, Diagnostic } from '../core/diagnostic.ts';
import { isObject } from '../core/json.ts';
import { discover, projectRoots, type Candidate, type ModuleKind } from './discover.ts';
import { openDisk, staysInside, type Disk } from './disk.ts';
import { loadConfig } from './load-config.ts';
import { looseSpecs } from './loose-specs.ts';
import { readSource } from './read-source.ts';
import type { Reading } from './reading.ts';
import { settle } from './settle.ts';
import type { Source } from './source.ts';

/** Everything a project says, parsed, nothing of it linked or run. */
export interface LoadedProject {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** `name` of the config, else the name of the folder. */
  readonly name: string;
  readonly config: Source | undefined;
  /** Specs of all kinds but the config; at most one of a kind and name. */
  readonly sources: readonly Source[];
  /** AGENTS.md and CLAUDE.md of the project folder, in this order. */
  readonly instructions: readonly { readonly file: string; readonly text: string }[];
  /** `partials/*.hbs` by name. */
  readonly partials: Readonly<Record<string, string>>;
  /** `prompts/*.hbs` by name: texts for models that replace those of the engine. */
  readonly prompts: Readonly<Record<string, string>>;
  /** TypeScript and JavaScript tools without a YAML file: name and absolute path. */
  readonly modules: Readonly<Record<string, string>>;
  /** The same for agents, profiles and workflows that are written in code. */
  readonly agentModules: Readonly<Record<string, string>>;
  readonly profileModules: Readonly<Record<string, string>>;
  readonly workflowModules: Readonly<Record<string, string>>;
}

/**
 * Reads a project: finds its files, parses them all, and reports every fault found on the way. Runs nothing and
 * follows no link out of the folder. Specs that ship with the engine are not in it (`loadShipped`).
 * @param reading default: the disk as it is, nothing known before.
 */
export async function loadProject(
  root: string,
  reading: Reading = { disk: openDisk(), sources: new Map() },
): Promise<Checked<LoadedProject>> {
  const { disk } = reading;
  const absolute = resolve(root);
  const realRoot = disk.realPath(absolute);
  if (realRoot === undefined || disk.kindOf(absolute) !== 'folder')
    return noProject(root, absolute, realRoot !== undefined);

  const config = await loadConfig(reading, absolute, realRoot);
  const roots = projectRoots(absolute);
  const found = discover(disk, roots, realRoot);
  const loose = looseSpecs(disk, roots, realRoot);
  const settled = settle([...found.candidates, ...loose.candidates]);
  const read = readAll(reading, settled.candidates, false);
  const instructions = readInstructions(disk, absolute, realRoot);

  const given = isObject(config.value?.value) ? config.value.value['name'] : undefined;
  const name = typeof given === 'string' && given !== '' ? given : basename(absolute);
  return {
    value: {
      root: absolute,
      name,
      config: config.value,
      sources: read.sources,
      instructions: instructions.texts,
      partials: read.partials,
      prompts: read.prompts,
      modules: read.modules,
      agentModules: read.agentModules,
      profileModules: read.profileModules,
      workflowModules: read.workflowModules,
    },
    diagnostics: [config, found, loose, settled, read, instructions].flatMap(
      ({ diagnostics }) => diagnostics,
    ),
  };
}

/** What files of a project, or of the engine, turned out to hold. */
export interface ReadFiles {
  readonly sources: readonly Source[];
  readonly partials: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, string>>;
  readonly modules: Readonly<Record<string, string>>;
  readonly agentModules: Readonly<Record<string, string>>;
  readonly profileModules: Readonly<Record<string, string>>;
  readonly workflowModules: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the files of candidates, in their order. */
export function readAll(reading: Reading, candidates: readonly Candidate[], shipped: boolean): ReadFiles {
  const sources: Source[] = [];
  const partials: Record<string, string> = {};
  const prompts: Record<string, string> = {};
  const modules: Record<ModuleKind, Record<string, string>> = {
    tool: {},
    agent: {},
    profile: {},
    workflow: {},
  };
  const diagnostics: Diagnostic[] = [];
  for (const candidate of candidates) {
    const { kind, of, name, file, path } = candidate;
    if (kind === 'module') modules[of ?? 'tool'][name] = path;
    else if (kind === 'partial' || kind === 'prompt') {
      const read = reading.disk.readText(path);
      if ('fault' in read) {
        diagnostics.push({
          rule: 'source/unreadable',
          level: 'error',
          message: `the file ${read.fault}`,
          file,
        });
      } else
        (kind === 'partial' ? partials : prompts)[name] = read.text
          .replace(/^\uFEFF/, '')
          .replaceAll('\r\n', '\n');
    } else {
      const read = readSource(reading, { ...candidate, kind, shipped });
      diagnostics.push(...read.diagnostics);
      if (read.value !== undefined) sources.push(read.value);
    }
  }
  return {
    sources,
    partials,
    prompts,
    modules: modules.tool,
    agentModules: modules.agent,
    profileModules: modules.profile,
    workflowModules: modules.workflow,
    diagnostics,
  };
}

function noProject(root: string, absolute: string, isFile: boolean): Checked<LoadedProject> {
  const message = isFile ? `"${root}" is not a folder` : `no folder "${root}"`;
  return {
    value: {
      root: absolute,
      name: basename(absolute),
      config: undefined,
      sources: [],
      instructions: [],
      partials: {},
      prompts: {},
      modules: {},
      agentModules: {},
      profileModules: {},
      workflowModules: {},
    },
    diagnostics: [{ rule: 'source/no-project', level: 'error', message, file: '.' }],
  };
}

/** A CLAUDE.md that is AGENTS.md by a link, or only refers to it, says nothing new. */
function readInstructions(
  disk: Disk,
  root: string,
  realRoot: string,
): { texts: { file: string; text: string }[]; diagnostics: Diagnostic[] } {
  const texts: { file: string; text: string }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of ['AGENTS.md', 'CLAUDE.md']) {
    const path = join(root, file);
    const report = (fault: string): void => {
      diagnostics.push({ rule: 'source/unreadable', level: 'error', message: `the file ${fault}`, file });
    };
    const read = disk.readText(path);
    if ('fault' in read) {
      if (!read.missing) report(read.fault);
    } else if (!staysInside(disk, realRoot, path)) report('leads out of the project');
    else {
      const text = read.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
      const known =
        texts.some((other) => other.text === text) || (texts.length > 0 && text.trim() === '@AGENTS.md');
      if (!known && text.trim() !== '') texts.push({ file, text });
    }
  }
  return { texts, diagnostics };
}
