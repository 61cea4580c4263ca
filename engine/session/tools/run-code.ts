import type { Json } from '../../core/json.ts';
import { isObject } from '../../core/json.ts';
import { asProblem, Problem } from '../../core/problem.ts';
import type { CodeFunction } from '../../ports/code-runner.ts';
import type { CodeGrant } from '../../program/code.ts';
import type { BoundTool } from '../tool-calls/bound-tool.ts';
import {
  codeFunction,
  fileFunctions,
  ownDeadlineMs,
  parametersOf,
  pythonName,
} from '../tool-calls/code-functions.ts';
import { codeLimits, codeRunner } from '../tool-calls/code-runners.ts';
import type { SessionPorts } from '../ports.ts';
import type { Workspace } from '../workspaces/workspace.ts';

/**
 * `run_code`: a model runs Python on the files that it may read, and with the tools that its code may call; a call from code is one like
 * any other, with its checks, permissions and events.
 * @param others the tools of the agent, by name.
 */
export function runCodeTool(
  ports: SessionPorts,
  grant: CodeGrant,
  workspace: Workspace,
  others: ReadonlyMap<string, BoundTool>,
): BoundTool {
  const tools = grant.tools.filter((name) => others.has(name));
  const files = fileFunctions(workspace.spec, () => workspace.open());
  const limits = codeLimits(grant.limits);
  const signatures = [
    ...Object.entries(files).map(([name, { parameters }]) => `${name}(${parameters.join(', ')})`),
    ...tools.map((name) => signature(name, others)),
  ];
  const { about } = codeRunner(ports, grant.runner);
  return {
    spec: {
      name: 'run_code',
      description: [
        'Runs Python and gives the value of its last expression, and what it printed. Each call starts anew: no variables are kept.',
        ...(about === undefined ? [] : [about]),
        ...(signatures.length === 0
          ? []
          : [`Functions that it may call, without await: ${signatures.join(', ')}.`]),
      ].join(' '),
      inputSchema: {
        type: 'object',
        properties: { code: { type: 'string', description: 'Python.' } },
        required: ['code'],
        additionalProperties: false,
      },
    },
    // What it calls is judged by itself.
    kinds: files['write_file'] === undefined ? [] : ['destructive'],
    repeatable: tools.length === 0 && files['write_file'] === undefined,
    timeoutMs: limits.timeMs + longestStartMs,
    async run(input, { signal, hold, callTool }) {
      const code = isObject(input) ? String(input['code']) : '';
      const functions: Record<string, CodeFunction> = {};
      /** The time of code stands still while others work for it. */
      const held = async (work: () => Promise<Json>): Promise<Json> => {
        hold(true);
        try {
          return await work();
        } finally {
          hold(false);
        }
      };
      for (const [name, { parameters, call }] of Object.entries(files))
        functions[name] = codeFunction(ports.clock, name, {
          parameters,
          call: (given, end) => held(() => call(given, end)),
        });
      for (const name of tools)
        functions[pythonName(name)] = codeFunction(
          ports.clock,
          pythonName(name),
          {
            parameters: parametersOf(others.get(name)?.spec.inputSchema ?? true),
            call: (given) =>
              held(async () => {
                const { output, isError } = await callTool(name, given);
                if (!isError) return output;
                throw new Problem(
                  'tool_failed',
                  typeof output === 'string' ? output : JSON.stringify(output),
                );
              }),
          },
          ownDeadlineMs,
        );
      try {
        const context = { inputs: {}, functions, limits, typeCheck: false, signal };
        const { value, stdout, truncated } = await codeRunner(ports, grant.runner).run(code, context);
        return { value, ...(stdout === '' ? {} : { stdout }), ...(truncated ? { truncated } : {}) };
      } catch (thrown) {
        throw signal.aborted ? thrown : withPrinted(asProblem(thrown));
      } finally {
        await workspace.save();
      }
    },
  };
}

/** Time to get a process and start it. */
const longestStartMs = 60_000;

/** A failure with what was printed before, which a model looks for its mistake in. */
function withPrinted(problem: Problem): Problem {
  const { code, message, details, cause } = problem;
  const stdout = isObject(details) ? details['stdout'] : undefined;
  if (typeof stdout !== 'string') return problem;
  return new Problem(code, `${message}\nIt had printed:\n${stdout}`, { cause });
}

function signature(name: string, others: ReadonlyMap<string, BoundTool>): string {
  const { description = '', inputSchema = true } = others.get(name)?.spec ?? {};
  const [about = ''] = description.split('\n');
  return `${pythonName(name)}(${parametersOf(inputSchema).join(', ')})${about === '' ? '' : ` (${about})`}`;
}
