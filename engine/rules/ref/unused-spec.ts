import { rootOf, type Source } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { textLeaves } from '../text-leaves.ts';

const reported: readonly string[] = ['tool', 'skill', 'profile', 'sandbox'];

/** A tool, skill, profile or sandbox that no other file names does nothing. */
export const unusedSpec: Rule = {
  id: 'ref/unused-spec',
  level: 'info',
  preset: 'strict',
  check({ program, sources }, report) {
    const words = new Map(sources.map((source) => [source, wordsOf(source)]));
    const isNamed = (name: string, own?: Source): boolean =>
      [...words].some(([source, named]) => source !== own && named.has(name));
    for (const source of sources) {
      if (!reported.includes(source.kind) || isNamed(source.name, source)) continue;
      report(
        { file: source.file },
        `no other file names the ${source.kind} "${source.name}"; use it or delete it`,
      );
    }
    // A tool may be a module without a spec.
    for (const { name, origin } of Object.values(program.tools)) {
      if (sources.some((source) => source.kind === 'tool' && source.name === name) || isNamed(name)) continue;
      report({ file: origin.file }, `no file names the tool "${name}"; use it or delete it`);
    }
  },
};

/** Texts of a spec, and their words where a text lists names. */
function wordsOf(source: Source): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { text } of textLeaves(rootOf(source))) {
    if (text.length < 400) for (const word of text.split(/[\s,]+/)) words.add(word);
  }
  return words;
}
