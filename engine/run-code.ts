import type { CodeOptions } from './api/call-options.ts';
import type { SessionAddress } from './core/ids.ts';
import { Problem } from './core/problem.ts';
import { compileSchema, describeFaults } from './expr/index.ts';
import type { CodeResult, CodeRunner } from './ports/code-runner.ts';
import type { Agent } from './program/agent.ts';
import type { Sessions } from './session/index.ts';

const defaultTimeoutMs = 5_000;

/** Runs code beside a session, with its files. Throws Problem `not_available`, `result_invalid`, and what the runner throws. */
export async function runCode(
  sessions: Sessions,
  runner: CodeRunner | undefined,
  agent: Agent,
  address: SessionAddress,
  code: string,
  { inputs = {}, result, signal, timeoutMs = defaultTimeoutMs }: CodeOptions,
): Promise<CodeResult> {
  if (runner === undefined)
    throw new Problem(
      'not_available',
      'there is nothing to run Python with: install "@pydantic/monty" and give createEngine a "codeRunner" under "ports" that uses it',
    );
  return sessions.files(agent, address, async (sandbox) => {
    const end = AbortSignal.any([...(signal === undefined ? [] : [signal]), AbortSignal.timeout(timeoutMs)]);
    const ran = await runner.run(code, { inputs, sandbox, timeoutMs, signal: end });
    if (result === undefined) return ran;
    const { value, faults } = compileSchema(result).check(ran.value);
    if (faults.length === 0) return { ...ran, value };
    throw new Problem('result_invalid', `the value of the code does not fit: ${describeFaults(faults)}`);
  });
}
