import { isObject } from '../../core/json.ts';
import { segmentsOf } from '../../core/json-pointer.ts';
import type { Program } from '../../program/program.ts';
import type { Node } from '../../source/index.ts';
import { factsByFile } from '../facts-at.ts';
import type { Rule } from '../rule.ts';
import { allowsAnyText, schemaAt } from '../schema-at.ts';
import { stepsOf } from '../spec-steps.ts';
import { strangerBehind } from './writers.ts';

/**
 * Text that a stranger or a model wrote decides what a destructive tool, a command or an address does, with no list, pattern or
 * person in between.
 */
export const untrustedToDestructive: Rule = {
  id: 'security/untrusted-to-destructive',
  level: 'warning',
  preset: 'strict',
  check({ program, facts, sources }, report) {
    for (const source of sources) {
      if (source.kind !== 'workflow') continue;
      const steps = new Map([...stepsOf(source)].map((step) => [step.node.pointer, step]));
      const local = factsByFile(facts).get(source.file) ?? [];
      const flow = { program, source, facts: local, steps };
      for (const step of steps.values()) {
        if (step.before.some((earlier) => hasKey(earlier, 'approval'))) continue;
        for (const sink of sinksOf(step.node, program)) {
          for (const fact of local.filter((one) => isWithin(one.pointer, sink.node.pointer))) {
            if (!sink.takesAnyText(segmentsOf(fact.pointer.slice(sink.node.pointer.length)))) continue;
            const origin = strangerBehind(fact, step, flow);
            if (origin === undefined) continue;
            report(
              { file: fact.file, range: fact.range, pointer: fact.pointer },
              `${origin} decides ${sink.what}; restrict it by an enum or a pattern, or put an "approval" before the step`,
            );
          }
        }
      }
    }
  },
};

interface Sink {
  readonly node: Node;
  readonly what: string;
  takesAnyText(path: readonly string[]): boolean;
}

function sinksOf(step: Node, program: Program): Sink[] {
  const always = (): boolean => true;
  const sinks: Sink[] = [
    { node: step.get('shell'), what: 'what a command does', takesAnyText: always },
    { node: step.get('http').get('url'), what: 'which address is called', takesAnyText: always },
  ];
  const name = step.get('tool').text();
  const tool = name !== undefined && Object.hasOwn(program.tools, name) ? program.tools[name] : undefined;
  if (tool?.annotations.destructiveHint === true) {
    sinks.push({
      node: step.get('with'),
      what: `what the destructive tool "${tool.name}" does`,
      takesAnyText(path) {
        const { inputSchema } = tool;
        const found = isObject(inputSchema) ? schemaAt(inputSchema, path) : undefined;
        return found === undefined || allowsAnyText(found);
      },
    });
  }
  return sinks.filter(({ node }) => node.value !== undefined);
}

function hasKey(step: Node, key: string): boolean {
  return step.get(key).value !== undefined;
}

function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}
