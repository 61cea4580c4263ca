import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { relink } from '../compiler.ts';
import { unavailableParts } from '../compile.ts';
import { hasErrors } from '../core/diagnostic.ts';
import { isObject, stableText, type Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import type { SpecTexts } from '../core/spec-texts.ts';
import type { Documents } from '../ports/store.ts';
import type { Program } from '../program/program.ts';

/** Versions of a project as the store keeps them, so that work ends on the specs it began on. */
export interface Versions {
  /**
   * Stores what a Program was linked from, once for the same texts, also while it is being removed; gives the name of the version,
   * which is held as long as anybody has that Program. Undefined without texts.
   */
  keep(program: Program): Promise<string | undefined>;
  /** Says that work is about to be admitted on a version; call the result when it is. */
  hold(specs: string): () => void;
  /** Begins to look which versions are held; the result removes one that is stored, false when it is held, or was since then. */
  watch(): (specs: string) => Promise<boolean>;
  /** What a stored version says. Throws Problem `spec_changed` when it is gone or damaged. */
  textsOf(specs: string): Promise<SpecTexts>;
  /**
   * The Program of a stored version, which is held as long as anybody has it; the last few stay linked. Throws Problem `spec_changed`
   * when it is gone or cannot be linked any more.
   */
  programOf(specs: string): Promise<Program>;
}

/** Namespace of the versions among the documents. */
export const versionNamespace = 'specs';

/** Most versions that stay linked. */
const mostLinked = 16;

/** The versions in a store. `root`: the project folder, where the code of tools is. */
export function createVersions(documents: Documents, root: string): Versions {
  const programs = new Map<string, Promise<Program>>();
  const holds = new Map<string, number>();
  /** Held now, or since somebody began to look. */
  let seen = new Set<string>();
  /** Versions that are being removed; each settles when that is over. */
  const dropping = new Map<string, Promise<void>>();
  const hold = (specs: string): void => {
    holds.set(specs, (holds.get(specs) ?? 0) + 1);
    seen.add(specs);
  };
  const letGo = (specs: string): void => {
    const left = (holds.get(specs) ?? 1) - 1;
    if (left === 0) holds.delete(specs);
    else holds.set(specs, left);
  };
  // Who has a Program in hand may admit work on it at any moment.
  const unreachable = new FinalizationRegistry<string>(letGo);

  const textsOf = async (specs: string): Promise<SpecTexts> => {
    const stored = await documents.get(versionNamespace, specs);
    if (stored === undefined) throw gone('is not stored any more');
    const texts = await unpack(stored).catch(() => undefined);
    if (texts === undefined || nameOf(texts) !== specs) throw gone('is damaged in the store');
    return texts;
  };
  const link = async (specs: string): Promise<Program> => {
    hold(specs);
    try {
      await dropping.get(specs);
      const program = await linked(specs);
      unreachable.register(program, specs);
      return program;
    } catch (thrown) {
      letGo(specs);
      throw thrown;
    }
  };
  const linked = async (specs: string): Promise<Program> => {
    const { program, diagnostics } = await relink(root, await textsOf(specs));
    const wrong =
      program === undefined || hasErrors(diagnostics)
        ? diagnostics.find(({ level }) => level === 'error')
        : unavailableParts(program)[0];
    if (program !== undefined && wrong === undefined) return program;
    const why =
      wrong === undefined ? '' : `: ${wrong.file}:${wrong.range?.start.line ?? 1}: ${wrong.message}`;
    throw gone(`cannot be linked by this engine${why}`);
  };

  return {
    async keep(program) {
      const { texts } = program;
      if (texts === undefined) return undefined;
      const specs = nameOf(texts);
      hold(specs);
      unreachable.register(program, specs);
      // None begins to be removed from here on.
      await dropping.get(specs);
      const [known] = await documents.keys(versionNamespace, { prefix: specs, limit: 1 });
      if (known === undefined) await documents.set(versionNamespace, specs, await pack(texts));
      return specs;
    },
    hold(specs) {
      hold(specs);
      return () => letGo(specs);
    },
    watch() {
      seen = new Set(holds.keys());
      return async (specs) => {
        if (seen.has(specs)) return false;
        const dropped = documents.delete(versionNamespace, specs);
        const over = dropped.catch(nothing).then(() => void dropping.delete(specs));
        dropping.set(specs, over);
        await dropped;
        return true;
      };
    },
    textsOf,
    programOf(specs) {
      const known = programs.get(specs) ?? link(specs);
      // Re-inserting keeps the map in order of use.
      programs.delete(specs);
      programs.set(specs, known);
      for (const [oldest] of programs) if (programs.size > mostLinked) programs.delete(oldest);
      known.catch(() => programs.delete(specs));
      return known;
    },
  };
}

function nothing(): void {}

function gone(why: string): Problem {
  return new Problem(
    'spec_changed',
    `the specs changed since this was accepted, and their old version ${why}`,
  );
}

/** 32 hex digits over what a version says. */
function nameOf(texts: SpecTexts): string {
  return createHash('sha256').update(stableText(texts)).digest('hex').slice(0, 32);
}

/** Characters of JSON from which on a version is compressed. */
const smallest = 2_048;

async function pack(texts: SpecTexts): Promise<Json> {
  const text = JSON.stringify(texts);
  if (text.length < smallest) return { texts };
  return { gzip: (await promisify(gzip)(text)).toString('base64') };
}

async function unpack(stored: Json): Promise<SpecTexts | undefined> {
  if (!isObject(stored)) return undefined;
  const { texts, gzip: packed } = stored;
  if (typeof packed === 'string')
    return JSON.parse((await promisify(gunzip)(Buffer.from(packed, 'base64'))).toString('utf8')) as SpecTexts;
  return isObject(texts) ? (texts as SpecTexts) : undefined;
}
