import { isObject, type Json } from '../../core/json.ts';
import { suggest } from '../../core/suggest.ts';
import { rootOf, type Node, type Source } from '../../source/index.ts';
import type { Rule } from '../rule.ts';
import { stepsOf } from '../spec-steps.ts';
import { spotOf } from '../spot.ts';

/** Values that stand for each other, such as the outputs of the cases of a branch, and differ by what can only be a slip. */
export const casesDisagree: Rule = {
  id: 'type/cases-disagree',
  level: 'warning',
  check({ sources, program }, report) {
    const disagree = (nodes: readonly Node[]): void => {
      for (const { node, part, message, suggestions, other } of slipsIn(nodes)) {
        report(spotOf(node, part), message, {
          suggestions,
          related: [{ ...spotOf(other), message: 'the other one' }],
        });
      }
    };
    for (const source of sources.filter(({ kind }) => kind === 'workflow')) {
      disagree(endsOf(source));
      for (const { node } of stepsOf(source)) {
        disagree(node.get('branch').list().flatMap(outputOf));
        const caught = node.get('catch').list().flatMap(outputOf);
        disagree([...ownOutput(node), ...caught]);
        const schema =
          node.get('outputSchema').object() ??
          program.tools[node.get('tool').text() ?? '']?.outputSchema ??
          program.agents[node.get('agent').text() ?? '']?.outputSchema;
        if (schema === undefined || typeof schema === 'boolean' || !isObject(schema['properties'])) continue;
        const names = Object.keys(schema['properties']);
        for (const output of caught) {
          for (const [key, inner] of output.entries()) {
            const lacking = names.filter((name) => output.get(name).value === undefined);
            const near = names.includes(key) ? [] : suggest(key, lacking);
            if (near[0] === undefined) continue;
            report(spotOf(inner, 'key'), `"${key}" is "${near[0]}" where the step succeeds; write the same`, {
              suggestions: near,
            });
          }
        }
      }
    }
  },
};

interface Slip {
  readonly node: Node;
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly suggestions: readonly string[];
  readonly other: Node;
}

function* slipsIn(nodes: readonly Node[]): Generator<Slip> {
  for (const [index, node] of nodes.entries()) {
    for (const other of nodes.slice(0, index)) yield* slipsBetween(other, node);
  }
}

/** What the second of two maps has that must be a slip of the first one, or the other way round. */
function* slipsBetween(first: Node, second: Node): Generator<Slip> {
  const [known, own] = [first.entries(), second.entries()];
  const lacking = known.map(([name]) => name).filter((name) => !Object.hasOwn(mapOf(second.value), name));
  for (const [name, inner] of own) {
    const other = first.get(name);
    if (other.value === undefined) {
      const near = suggest(name, lacking);
      if (near[0] === undefined) continue;
      const message = `"${name}" here is "${near[0]}" in the other; write the same in both`;
      yield { node: inner, part: 'key', message, suggestions: near, other: first.get(near[0]) };
      continue;
    }
    yield* wordSlips(other, inner);
  }
}

/** Two values of the same key, of which one is a misspelt bool, or the other's word with two letters swapped. */
function* wordSlips(first: Node, second: Node): Generator<Slip> {
  for (const [node, other] of [
    [second, first],
    [first, second],
  ] as const) {
    const word = node.text();
    if (word === undefined || word.includes('${{')) continue;
    if (typeof other.value === 'boolean') {
      const meant = /^(yes|on|true)$/i.test(word)
        ? ['true']
        : /^(no|off|false)$/i.test(word)
          ? ['false']
          : suggest(word, ['true', 'false']);
      if (meant[0] === undefined) continue;
      const message = `"${word}" is text, and "${String(other.value)}" in the other is a bool; write ${meant[0]} without quotes`;
      yield { node, part: 'value', message, suggestions: meant, other };
    }
  }
  const [a, b] = [first.text(), second.text()];
  if (a === undefined || b === undefined || !isSwapOf(a, b)) return;
  const message = `"${b}" here is "${a}" in the other; write the same in both`;
  yield { node: second, part: 'value', message, suggestions: [a], other: first };
}

/** Whether two words differ by two neighbouring letters that are swapped. */
function isSwapOf(a: string, b: string): boolean {
  if (a.length !== b.length || a.length < 4 || a === b) return false;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return (
    /^[a-z]{2}$/i.test(a.slice(at, at + 2)) &&
    a === `${b.slice(0, at)}${b[at + 1] ?? ''}${b[at] ?? ''}${b.slice(at + 2)}`
  );
}

/** What a case or `catch` entry gives, where it is a map as it is written: its `output`, or its last step's `set`. */
function outputOf(part: Node): readonly Node[] {
  const output = part.get('output');
  if (output.value !== undefined) return isObject(output.value) ? [output] : [];
  const last = part.get('steps').list().at(-1);
  return last === undefined ? [] : setOf(last);
}

/** What a step gives when nothing fails, where it is a map as it is written. */
function ownOutput(step: Node): readonly Node[] {
  const output = step.get('output');
  return isObject(output.value) ? [output] : setOf(step);
}

function setOf(step: Node): readonly Node[] {
  return isObject(step.get('set').value) ? [step.get('set')] : [];
}

/** What the workflow gives at its ends; nothing where a schema holds them to something already. */
function endsOf(source: Source): readonly Node[] {
  const root = rootOf(source);
  if (root.get('outputSchema').value !== undefined) return [];
  const ends = [...stepsOf(source)].map(({ node }) => node.get('return'));
  return [...ends, root.get('output')].filter(({ value }) => isObject(value));
}

function mapOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return isObject(value) ? value : {};
}
