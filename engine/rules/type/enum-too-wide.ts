import { membersOf, nameOfType, type Type } from '../../expr/index.ts';
import type { Rule } from '../rule.ts';
import { spotOf } from '../spot.ts';
import { heldTexts, heldValues } from './expected.ts';

/** Text of any kind is given where only certain words are taken: it may be another word, and fail only then. */
export const enumTooWide: Rule = {
  id: 'type/enum-too-wide',
  level: 'warning',
  preset: 'strict',
  check({ program, facts, sources }, report) {
    const types = new Map(facts.expressions.map(({ file, pointer, type }) => [`${file} ${pointer}`, type]));
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      for (const held of heldValues(source, program)) {
        for (const { node, type } of heldTexts(held.node, held.type)) {
          if (!isWords(type)) continue;
          const given = types.get(`${source.file} ${node.pointer}`);
          if (given === undefined || !membersOf(given).some(isAnyText)) continue;
          report(
            spotOf(node),
            `${held.by} takes only ${nameOfType(type)} here, and this may be any text; give what it comes from the same "enum"`,
          );
        }
      }
    }
  },
};

function isWords(type: Type): boolean {
  const texts = membersOf(type).filter(({ kind }) => kind !== 'null');
  return texts.length > 0 && texts.every((member) => member.kind === 'string' && member.values !== undefined);
}

function isAnyText(type: Type): boolean {
  return type.kind === 'string' && type.values === undefined;
}
