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
  /** Stores what a Program was linked from, once for the same texts; gives the name of the version. Undefined without texts. */
  keep(program: Program): Promise<string | undefined>;
  /** Whether a version was kept by this, so that what begins on it may be admitted at any moment. */
  isHeld(specs: string): boolean;
  /** What a stored version says. Throws Problem `spec_changed` when it is gone or damaged. */
  textsOf(specs: string): Promise<SpecTexts>;
  /** The Program of a stored version, linked once. Throws Problem `spec_changed` when it is gone or cannot be linked any more. */
  programOf(specs: string): Promise<Program>;
}

/** Namespace of the versions among the documents. */
export const versionNamespace = 'specs';

/** The versions in a store. `root`: the project folder, where the code of tools is. */
export function createVersions(documents: Documents, root: string): Versions {
  const programs = new Map<string, Promise<Program>>();
  const held = new Set<string>();

  const textsOf = async (specs: string): Promise<SpecTexts> => {
    const stored = await documents.get(versionNamespace, specs);
    if (stored === undefined) throw gone('is not stored any more');
    const texts = await unpack(stored).catch(() => undefined);
    if (texts === undefined || nameOf(texts) !== specs) throw gone('is damaged in the store');
    return texts;
  };
  const link = async (specs: string): Promise<Program> => {
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
    async keep({ texts }) {
      if (texts === undefined) return undefined;
      const specs = nameOf(texts);
      held.add(specs);
      const [known] = await documents.keys(versionNamespace, { prefix: specs, limit: 1 });
      if (known === undefined) await documents.set(versionNamespace, specs, await pack(texts));
      return specs;
    },
    isHeld: (specs) => held.has(specs),
    textsOf,
    programOf(specs) {
      const known = programs.get(specs) ?? link(specs);
      programs.set(specs, known);
      known.catch(() => programs.delete(specs));
      return known;
    },
  };
}

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
