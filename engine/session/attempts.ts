import { addUsage, noUsage } from '../core/message.ts';
import { Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Harness, HarnessResult } from '../ports/harness.ts';
import type { Agent } from '../program/agent.ts';
import { assembleSystem, say } from './assemble-prompt.ts';
import { harnessContext } from './harness-context.ts';
import type { Operation, OperationResult } from './operation.ts';
import type { SessionPorts } from './ports.ts';
import { answerOf, takeUp } from './resume.ts';
import { readResult } from './typed-result.ts';

/** Runs the harness for an operation, and again for as long as its typed result does not fit. Throws Problem `result_invalid`. */
export async function runAttempts(ports: SessionPorts, operation: Operation): Promise<OperationResult> {
  const { agent, schema, spent } = operation;
  const harness = harnessOf(ports, agent);
  const system = assembleSystem(ports.program, agent, {
    instance: operation.address.instance,
    input: operation.input,
    role: operation.role,
    schema,
    env: ports.env,
  });
  const context = harnessContext(ports, operation);
  const { history } = operation;
  if (history.isAsked(operation.key)) {
    await takeUp(ports, operation, (call) => context.callTool(call, context.newTurnId()));
  } else {
    await history.closeOpenCalls();
    // What it belongs to was admitted before, and writes are in order: no model is called before both are on disk.
    const content = [{ type: 'text' as const, text: operation.message }, ...operation.images];
    await history.ask({ role: 'user', content }, operation.key);
  }
  for (let attempt = 1 + history.repairs(); ; attempt += 1) {
    const answered = answerOf(history.since());
    const result =
      answered === undefined ? await run(attempt) : { text: answered, usage: noUsage, modelCalls: 0 };
    spent.usage = addUsage(spent.usage, result.usage);
    spent.modelCalls += result.modelCalls;
    const text = ports.redact.text(result.text);
    const done = { text, usage: spent.usage, modelCalls: spent.modelCalls, attempts: attempt };
    if (schema === undefined) return { ...done, output: text };
    const read = readResult(text, schema);
    if ('value' in read) return { ...done, output: read.value };
    if (attempt > agent.retries) {
      throw new Problem(
        'result_invalid',
        `the model gave no valid result in ${attempt} attempts: ${read.fault}`,
        {
          details: { attempts: attempt, fault: read.fault },
        },
      );
    }
    await history.append({
      role: 'user',
      content: [
        {
          type: 'text',
          text: say(ports.program, 'repair', { fault: read.fault, schema: JSON.stringify(schema) }),
        },
      ],
    });
  }

  function run(attempt: number): Promise<HarnessResult> {
    return harness.run(
      {
        model: operation.model,
        system,
        // A repaired answer must not repeat what tools did.
        tools: attempt === 1 ? [...operation.tools.values()].map((tool) => tool.spec) : [],
        settings: operation.settings,
        maxTurns: agent.maxTurns,
        origin: {
          agent: agent.name,
          ...(operation.scope.stepPath === undefined ? {} : { stepPath: operation.scope.stepPath }),
          ...(operation.input === undefined ? {} : { input: operation.input }),
        },
        signal: operation.signal,
        ...(schema === undefined ? {} : { outputSchema: schema }),
        ...(operation.thinking === undefined ? {} : { thinking: operation.thinking }),
      },
      context,
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
