import { noUsage } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Harness, HarnessResult } from '../ports/harness.ts';
import { knownModel } from '../program/known-model.ts';
import type { Agent } from '../program/agent.ts';
import { assembleSystem } from './assemble-prompt.ts';
import { countRun } from './budget.ts';
import { requireImages } from './fit-call.ts';
import { harnessContext } from './harness-context.ts';
import { laterTurns } from './later-turns.ts';
import type { Operation, OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { wayAfterRefusal } from './results/refused-schema.ts';
import { endedBefore, notRun, planResult, type ResultPlan } from './results/result-plan.ts';
import { takeUp } from './resume.ts';

/**
 * Runs the harness for an operation, and again for as long as its typed result does not fit; asks for the result in another way where
 * the provider refuses its schema. Throws Problem `result_invalid`, `gave_up`.
 */
export async function runAttempts(ports: SessionPorts, operation: Operation): Promise<OperationResult> {
  const { schema, spent } = operation;
  const plan = schema === undefined ? undefined : planResult(ports, operation, schema);
  try {
    return await attemptsBy(plan, ports, operation, true);
  } catch (thrown) {
    const way = plan?.strategy === 'native' ? wayAfterRefusal(ports, operation, thrown) : undefined;
    if (way === undefined || schema === undefined) throw thrown;
    countRun(spent, spent.running);
    return attemptsBy(planResult(ports, operation, schema, way), ports, operation, false);
  }
}

/** @param isFirst whether the message of the operation is still to be asked, or taken up. */
async function attemptsBy(
  plan: ResultPlan | undefined,
  ports: SessionPorts,
  operation: Operation,
  isFirst: boolean,
): Promise<OperationResult> {
  const { agent, spent } = operation;
  const harness = harnessOf(ports, agent);
  // Files of the workspace and variables that texts may read can hold one.
  const system = ports.redact.text(
    assembleSystem(ports.program, agent, {
      instance: operation.address.instance,
      input: operation.input,
      role: operation.role,
      instructions: operation.surroundings.instructions,
      result: plan?.system,
      env: ports.env,
    }),
  );
  const endings = (plan?.endings ?? []).map((tool) => [tool.spec.name, tool] as const);
  const working =
    endings.length === 0 ? operation : { ...operation, tools: new Map([...operation.tools, ...endings]) };
  // A repaired answer must not repeat what tools did; they stay in the call, where providers look for what the history names.
  const repairing = (): Operation => ({
    ...operation,
    tools: new Map([...notRun(operation.tools), ...endings]),
  });
  const { history } = operation;
  const isDone = (): boolean => plan?.hasEnded(history.since()) ?? false;
  const context = harnessContext(ports, working, system, isDone);
  let turns = 0;
  if (!isFirst) await history.closeOpenCalls();
  else if (history.isAsked(operation.key)) {
    turns = await takeUp(ports, working, (call) => context.callTool(call, context.newTurnId()));
  } else {
    // An image that the model cannot take must not stay in the history either.
    if (operation.images.length > 0)
      requireImages(operation.model, knownModel(operation.model, ports.program));
    await history.closeOpenCalls();
    // What it belongs to was admitted before, and writes are in order: no model is called before both are on disk.
    const content = [{ type: 'text' as const, text: operation.message }, ...operation.images];
    await history.ask({ role: 'user', content }, operation.key, operation.source);
  }
  const faults: string[] = [];
  let before = endedBefore(history.since(), plan);
  for (let attempt = 1 + (plan?.before(history) ?? 0); ; attempt += 1) {
    const result =
      before === undefined ? await run(attempt) : { text: before, usage: noUsage, modelCalls: 0 };
    before = undefined;
    countRun(spent, result);
    turns += result.modelCalls;
    const text = ports.redact.text(result.text);
    const done = { usage: spent.usage, modelCalls: spent.modelCalls, attempts: attempt };
    if (plan === undefined) return { ...done, text, output: text };
    const { strategy, reason } = plan;
    const read = await plan.read(history.since(), text);
    if ('value' in read) {
      const typed = { strategy, ...(reason === undefined ? {} : { reason }), attempts: attempt, faults };
      return { ...done, text: text === '' ? JSON.stringify(read.value) : text, output: read.value, typed };
    }
    const { fault } = read;
    faults.push(fault);
    if (attempt > (operation.retries ?? agent.retries)) {
      throw new Problem('result_invalid', `the model gave no valid result in ${attempt} attempts: ${fault}`, {
        details: { attempts: attempt, fault, strategy, ...(reason === undefined ? {} : { reason }) },
      });
    }
    const again = plan.again(history.since(), fault);
    if (again !== undefined) await history.append({ role: 'user', content: [{ type: 'text', text: again }] });
  }

  function run(attempt: number): Promise<HarnessResult> {
    return harness.run(
      {
        model: operation.model,
        system,
        tools: [...working.tools.values()].map((tool) => tool.spec),
        settings: operation.settings,
        // A crash and a correction give no turns back.
        maxTurns: Math.max(1, agent.maxTurns - turns),
        origin: {
          agent: agent.name,
          ...(operation.scope.stepPath === undefined ? {} : { stepPath: operation.scope.stepPath }),
          ...(operation.input === undefined ? {} : { input: operation.input }),
        },
        signal: operation.signal,
        ...(plan?.outputSchema === undefined ? {} : { outputSchema: plan.outputSchema }),
        ...(endings.length === 0 ? {} : { endings: endings.map(([name]) => name) }),
        ...(operation.thinking === undefined ? {} : { thinking: operation.thinking }),
      },
      laterTurns(attempt === 1 ? context : harnessContext(ports, repairing(), system, isDone), turns),
    );
  }
}

function harnessOf({ harnesses }: SessionPorts, agent: Agent): Harness {
  const harness = harnesses[agent.harness];
  if (harness !== undefined) return harness;
  throw new Problem(
    'invalid_project',
    `no harness "${agent.harness}"${choices(agent.harness, Object.keys(harnesses))}`,
  );
}
