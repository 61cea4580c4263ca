import type { Json } from '../core/json.ts';
import { patternFault } from '../expr/index.ts';
import type { TestExpectation } from '../program/spec-test.ts';
import type { Node } from '../source/index.ts';
import { checkOutput } from './check-given.ts';
import type { Reporter } from './context.ts';
import type { Callee } from './link-callee.ts';
import { knownTool } from './link-script.ts';
import { known } from './names.ts';
import { textsOf } from './scalars.ts';
import { stepPathsOf } from './step-paths.ts';
import type { TestAround } from './test-around.ts';
import { linkTyped } from './text.ts';
import type { Visible } from './visible.ts';

/** What must come out of a test. Reports what cannot come out of it: other steps, other fields, other calls. */
export function linkExpectation(
  reporter: Reporter,
  root: Node,
  called: Callee | undefined,
  around: TestAround,
  visible: Visible,
): TestExpectation {
  const node = root.get('expect');
  const error = node.get('error').text();
  const status = node.get('status').text();
  if (error !== undefined && status !== undefined && status !== 'failed')
    reporter.report(
      node.get('error'),
      'schema/exclusive-keys',
      `work that ended as "${status}" has no "error"; leave one of the two out`,
      { part: 'key' },
    );
  const output = linkTyped(reporter, node.get('output'), visible);
  if (called !== undefined)
    checkOutput(
      reporter,
      {
        node: node.get('output'),
        whom: `${root.get('workflow').value === undefined ? 'agent' : 'workflow'} "${called.name}"`,
        schema: called.outputSchema,
        linked: output,
      },
      { partial: true },
    );
  checkPaths(reporter, node.get('path'), root, called, around);
  const text = node.get('text');
  checkPattern(reporter, text.get('pattern'));
  return {
    status:
      status === 'failed' || status === 'cancelled' ? status : error === undefined ? 'succeeded' : 'failed',
    output: node.get('output').value,
    text: text.text() === undefined ? text.object() : { contains: text.text() ?? '' },
    error,
    path: node.get('path').value === undefined ? undefined : textsOf(node.get('path')),
    calls: linkCalls(reporter, node.get('calls'), around, visible),
  };
}

function checkPaths(
  reporter: Reporter,
  list: Node,
  root: Node,
  called: Callee | undefined,
  { names }: TestAround,
): void {
  const workflow = root.get('workflow').text();
  if (workflow === undefined) {
    if (list.value !== undefined)
      reporter.report(
        list,
        'schema/misplaced-key',
        'an agent has no steps; "path" belongs to a test of a workflow',
        {
          part: 'key',
        },
      );
    return;
  }
  if (called?.isKnown !== true) return;
  const spec = names.of.workflow[workflow];
  const paths = spec === undefined ? [] : stepPathsOf(spec.get('steps'));
  for (const item of list.list()) {
    const path = item.text();
    if (path === undefined) continue;
    // Rounds and branches are told behind the id of their step: `each[0]/weigh`, `both.tea/price`.
    const plain = path
      .split('/')
      .map((part) => part.replace(/[[.#!].*$/, ''))
      .join('/');
    const whole = paths.find((one) => one.endsWith(`/${plain}`));
    if (whole === undefined || paths.includes(plain)) known(reporter, item, 'step', plain, paths);
    else {
      reporter.noteReference(item, { kind: 'step', name: plain, known: false });
      reporter.report(
        item,
        'ref/unknown-step',
        `step "${plain}" is inside a block; write its path: "${whole}"`,
        { suggestions: [whole] },
      );
    }
  }
}

function checkPattern(reporter: Reporter, node: Node): void {
  const pattern = node.text();
  if (pattern === undefined) return;
  const fault = patternFault(pattern);
  if (fault !== undefined) reporter.report(node, 'schema/bad-format', fault);
}

function linkCalls(
  reporter: Reporter,
  node: Node,
  around: TestAround,
  visible: Visible,
): TestExpectation['calls'] {
  return Object.fromEntries(
    node.entries().map(([name, calls]) => {
      knownTool(reporter, calls, name, around.askers, 'key');
      const schema = around.declared[name]?.inputSchema;
      for (const call of calls.list()) {
        const linked = linkTyped(reporter, call, visible);
        const misfits = { node: call, whom: `tool "${name}"`, schema, linked };
        checkOutput(reporter, misfits, { partial: true, isCall: true });
      }
      return [name, calls.list().map((call): Json => call.value ?? null)];
    }),
  );
}
