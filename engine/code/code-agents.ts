import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { ModuleLoader } from '../adapters/tools/module-loader.ts';
import { specsOf, type CodeSpecs } from './code-specs.ts';
import { relink } from '../compiler.ts';
import { unavailableParts } from '../compile.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { stableText } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { SpecTexts } from '../core/spec-texts.ts';
import { isCreatedAgent, type DescribeAgent } from './define-agent.ts';
import type { AgentContext } from '../ports/code-agent.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';

/**
 * Has agents in code describe themselves: gives the Program in which the agent is declared as it said, with the same texts for the
 * same words. Throws Problem `invalid_project` with every fault and where it is.
 */
export type DescribeCode = (program: Program, agent: Agent, context: AgentContext) => Promise<Program>;

/** Most descriptions that are kept linked. */
const mostKept = 64;

/** Imports modules of agents and profiles when they are needed. */
export function createDescribeCode(loader: ModuleLoader): DescribeCode {
  const linked = new Map<string, Promise<Program>>();
  return async (program, agent, context) => {
    const { texts } = program;
    if (texts === undefined) throw invalid(program, agent, 'its project was not compiled from files');
    const specs = await describe(loader, program, agent, context);
    const key = createHash('sha256')
      .update(stableText([texts, agent.kind, agent.name, specs]))
      .digest('hex');
    const known = linked.get(key) ?? declare(program, agent, texts, specs);
    linked.delete(key);
    linked.set(key, known);
    known.catch(() => linked.delete(key));
    for (const [oldest] of linked) if (linked.size > mostKept) linked.delete(oldest);
    return known;
  };
}

/** What a module says of its agent, with the profiles in code that it names. Throws Problem `invalid_project`. */
export async function describe(
  loader: ModuleLoader,
  program: Program,
  agent: Agent,
  context: AgentContext,
): Promise<SpecTexts> {
  const found: Record<string, string | null> = {};
  const open: { readonly agent: Agent }[] = [{ agent }];
  const seen = new Set([agent.name]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const said = await saidBy(loader, program, next.agent, context);
    for (const [path, text] of Object.entries(said.texts)) {
      const other = program.texts?.[path] ?? found[path];
      if (other !== undefined && other !== text)
        throw invalid(program, agent, `it brings "${path}", which the project has already`);
      found[path] = text;
    }
    for (const name of said.profiles) {
      const profile = Object.hasOwn(program.delegates, name) ? program.delegates[name] : undefined;
      if (profile?.module === undefined || profile.kind !== 'profile' || seen.has(name)) continue;
      seen.add(name);
      open.push({ agent: profile });
    }
  }
  return found;
}

async function saidBy(
  loader: ModuleLoader,
  program: Program,
  agent: Agent,
  context: AgentContext,
): Promise<CodeSpecs> {
  const exported = await exportOf(loader, program, agent);
  try {
    const definition = typeof exported === 'function' ? await (exported as DescribeAgent)(context) : exported;
    return specsOf(agent.kind, agent.name, definition);
  } catch (thrown) {
    throw invalid(program, agent, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}

/** What describes an agent or profile: a function, or the description itself. Throws Problem `invalid_project`. */
export async function exportOf(loader: ModuleLoader, program: Program, agent: Agent): Promise<unknown> {
  const { module = '', kind } = agent;
  const exports = await loader.load(module).catch((thrown: unknown) => {
    const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    throw invalid(program, agent, `the file cannot be imported: ${line}`, thrown);
  });
  // The loader gives a module without default export itself as `default`.
  const exported = Object.hasOwn(exports, 'default') ? exports['default'] : undefined;
  if (isCreatedAgent(exported)) {
    if (kind === 'agent') return exported.describe;
    throw invalid(
      program,
      agent,
      'its default export is an agent; a profile is a map, or defineAgentProfile of one',
    );
  }
  const isMap = typeof exported === 'object' && exported !== null && !Array.isArray(exported);
  if (isMap || (kind === 'agent' && typeof exported === 'function')) return exported;
  const wanted = kind === 'agent' ? 'createAgent(…)' : 'defineAgentProfile(…)';
  throw invalid(program, agent, `the file has no default export ${wanted}`);
}

/** The Program with the agent as a declared one. */
async function declare(program: Program, agent: Agent, texts: SpecTexts, said: SpecTexts): Promise<Program> {
  const declared = new Set(Object.keys(said).map((path) => path.replace(/\.yaml$/, '')));
  const kept = Object.entries(texts).filter(
    ([path]) => !declared.has(path.replace(/\.(?:ts|js|mjs)$/, '')) || Object.hasOwn(said, path),
  );
  const { program: linked, diagnostics } = await relink(program.root, {
    ...Object.fromEntries(kept),
    ...said,
  });
  const errors = diagnostics.filter(({ level }) => level === 'error');
  const all = linked === undefined || errors.length > 0 ? errors : unavailableParts(linked);
  if (linked !== undefined && all.length === 0) return linked;
  const faults = all.map((fault) => faultOf(fault, said));
  const [first = 'cannot be linked', ...more] = faults;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw new Problem('invalid_project', `${nameOf(program, agent)}: ${first}${others}`, {
    details: { faults },
  });
}

/** A finding with the key that it is about. */
function faultOf({ file, pointer = '', message }: Diagnostic, said: SpecTexts): string {
  const key = pointer
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const isOwn = Object.hasOwn(said, file);
  const where = isOwn ? (/^src\/profiles\/(.*)\.yaml$/.exec(file)?.[1] ?? '') : file;
  return [where, key, message].filter((part) => part !== '').join(': ');
}

function invalid(program: Program, agent: Agent, fault: string, cause?: unknown): Problem {
  return new Problem('invalid_project', `${nameOf(program, agent)}: ${fault}`, { cause });
}

function nameOf({ root }: Program, { kind, name, module = '' }: Agent): string {
  return `${kind} "${name}" (${relative(root, module).replaceAll('\\', '/')})`;
}
