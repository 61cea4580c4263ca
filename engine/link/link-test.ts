import { constantValue, typeScope } from '../expr/index.ts';
import type { SpecTest } from '../program/spec-test.ts';
import type { Node } from '../source/index.ts';
import { envType } from './env-type.ts';
import { checkInput, checkMessage, checkOutput } from './check-given.ts';
import type { Reporter } from './context.ts';
import { hashOf } from './hash.ts';
import { callee, type Callee } from './link-callee.ts';
import { linkExpectation } from './link-expectation.ts';
import { knownTool, linkRules } from './link-script.ts';
import type { Config } from './link-settings.ts';
import { known } from './names.ts';
import { durationOf, textsOf } from './scalars.ts';
import { peopleStepsOf } from './step-paths.ts';
import type { TestAround } from './test-around.ts';
import { linkTyped, linkValue } from './text.ts';
import type { Visible } from './visible.ts';

/** A test. Reports inputs, fakes and expectations that what is tested does not take or give. */
export function linkTest(reporter: Reporter, root: Node, config: Config, around: TestAround): SpecTest {
  const visible: Visible = { ...config.visible, names: new Set(['env']), types: typeScope({ env: envType }) };
  const kind = root.get('workflow').value === undefined ? 'agent' : 'workflow';
  const called = callee(reporter, root.get(kind), kind, around);
  const input = linkTyped(reporter, root.get('input'), visible);
  if (called !== undefined) checkTarget(reporter, root, kind, called, input);
  const message = root.get('message');
  const model = root.get('model');
  return {
    name: root.source.name,
    hash: hashOf(root.source),
    origin: root.origin(),
    description: root.get('description').text() ?? '',
    target: {
      kind,
      name: root.get(kind).text() ?? '',
      messages: [...textsOf(message), ...(message.text() === undefined ? [] : [message.text() ?? ''])],
      input: input?.value,
    },
    model:
      model.value === undefined
        ? undefined
        : linkRules(reporter, model, { ...config.visible, ...around.askers }),
    tools: linkFakes(reporter, root.get('tools'), around, visible),
    toolErrors: linkErrors(reporter, root.get('toolErrors'), around),
    approvals: linkApprovals(reporter, root.get('approvals'), around, visible),
    answers: linkAnswers(reporter, root.get('answers'), around, visible),
    events: linkEvents(reporter, root.get('events'), around, visible),
    env: root.get('env').object() ?? {},
    startAt: linkStart(reporter, root.get('startAt')),
    expect: linkExpectation(reporter, root, called, around, visible),
  };
}

type Linked = ReturnType<typeof linkTyped>;

function checkTarget(
  reporter: Reporter,
  root: Node,
  kind: 'agent' | 'workflow',
  called: Callee,
  input: Linked,
): void {
  const whom = `${kind} "${called.name}"`;
  if (kind === 'agent') checkMessage(reporter, root, called);
  // A test may give what does not fit to see it refused.
  if (root.get('expect').get('error').text() === 'invalid_input') return;
  checkInput(reporter, {
    node: root.get('input'),
    anchor: root.get(kind),
    whom,
    schema: called.inputSchema,
    linked: input,
  });
}

function linkFakes(reporter: Reporter, node: Node, around: TestAround, visible: Visible): SpecTest['tools'] {
  return Object.fromEntries(
    node.entries().map(([name, fake]) => {
      knownTool(reporter, fake, name, around.askers, 'key');
      const linked = linkTyped(reporter, fake, visible);
      const schema = around.declared[name]?.outputSchema;
      checkOutput(reporter, { node: fake, whom: `tool "${name}"`, schema, linked });
      return [name, linked?.value ?? constantValue(null)];
    }),
  );
}

function linkErrors(reporter: Reporter, node: Node, around: TestAround): SpecTest['toolErrors'] {
  return Object.fromEntries(
    node.entries().map(([name, error]) => {
      knownTool(reporter, error, name, around.askers, 'key');
      return [
        name,
        {
          code: error.get('code').text() ?? 'tool_failed',
          message: error.get('message').text() ?? '',
          times: error.get('times').number(),
        },
      ];
    }),
  );
}

function linkApprovals(
  reporter: Reporter,
  node: Node,
  around: TestAround,
  visible: Visible,
): SpecTest['approvals'] {
  const steps = peopleStepsOf(around.names, 'approval');
  return Object.fromEntries(
    node.entries().map(([name, decision]) => {
      if (!around.askers.tools.has(name))
        known(reporter, decision, 'step', name, [...steps.keys(), ...around.askers.tools], undefined, 'key');
      const given = linkTyped(reporter, decision.get('data'), visible);
      const schema = steps.get(name)?.get('approval').get('form').object();
      checkInput(reporter, {
        node: decision.get('data'),
        anchor: decision,
        whom: `the form of "${name}"`,
        schema: given === undefined ? undefined : schema,
        linked: given,
      });
      const word = decision.get('decision').text();
      return [
        name,
        {
          decision: word === 'rejected' || word === 'expired' ? word : 'approved',
          by: decision.get('by').text() ?? 'tester',
          data: given?.value,
          afterMs: durationOf(decision.get('after')) ?? 0,
        },
      ];
    }),
  );
}

function linkAnswers(
  reporter: Reporter,
  node: Node,
  around: TestAround,
  visible: Visible,
): SpecTest['answers'] {
  const steps = peopleStepsOf(around.names, 'ask');
  return Object.fromEntries(
    node.entries().map(([name, answer]) => {
      known(reporter, answer, 'step', name, steps.keys(), undefined, 'key');
      const data = linkTyped(reporter, answer.get('data'), visible);
      checkInput(reporter, {
        node: answer.get('data'),
        anchor: answer,
        whom: `the form of "${name}"`,
        schema: steps.get(name)?.get('ask').get('form').object(),
        linked: data,
      });
      return [
        name,
        {
          data: data?.value ?? constantValue({}),
          by: answer.get('by').text() ?? 'tester',
          afterMs: durationOf(answer.get('after')) ?? 0,
        },
      ];
    }),
  );
}

function linkEvents(
  reporter: Reporter,
  node: Node,
  around: TestAround,
  visible: Visible,
): SpecTest['events'] {
  const topics = [...peopleStepsOf(around.names, 'wait').values()].flatMap(
    (step) => step.get('wait').get('event').text() ?? [],
  );
  return Object.fromEntries(
    node.entries().map(([topic, event]) => {
      // A topic made by a template is known only when it runs.
      if (topics.every((one) => !one.includes('{{')))
        known(reporter, event, 'topic', topic, topics, undefined, 'key');
      return [
        topic,
        {
          data: linkValue(reporter, event.get('data'), visible) ?? constantValue(null),
          afterMs: durationOf(event.get('after')) ?? 0,
        },
      ];
    }),
  );
}

function linkStart(reporter: Reporter, node: Node): string {
  const text = node.text() ?? '2030-01-01T00:00:00Z';
  const isMoment =
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) &&
    !Number.isNaN(Date.parse(text));
  if (!isMoment)
    reporter.report(
      node,
      'schema/bad-format',
      `"${text}" is no moment; write date and time with offset, such as "2030-01-01T08:00:00Z"`,
    );
  return text;
}
