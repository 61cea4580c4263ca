import { asProblem, Problem } from '../core/problem.ts';
import { choices } from '../core/suggest.ts';
import type { Json, JsonSchema } from '../core/json.ts';
import type { Activities, ActivityCall } from '../ports/activities.ts';
import { compileSchema, describeFaults } from '../expr/index.ts';
import { serverTool } from '../program/mcp.ts';
import type { Tool } from '../program/tool.ts';
import { lineOf } from './tool-calls/argv.ts';
import { callerOfStep } from './caller-of-step.ts';
import { kindsOf } from '../program/tool-kinds.ts';
import { clearCall } from './tool-calls/clear-call.ts';
import { within } from './deadline.ts';
import { isRepeatable, openDeclared, runDeclaredTool, type ToolCaller } from './tool-calls/declared-tool.ts';
import { secretsReadBy } from './workspaces/env-of-commands.ts';
import type { SessionPorts } from './ports.ts';
import type { RunSurroundings } from './run-surroundings.ts';
import { fileTools, type BuiltinToolDefinition } from './tools/index.ts';
import type { Workspace } from './workspaces/workspace.ts';

/**
 * What the steps of one run do without a model: tools, commands, requests. What it gives and what it fails with holds no secret, and
 * work that ignores its signal is left behind. What may have effects starts when `run.committed` says that its start is on disk, so
 * that after a crash it is known to be done again.
 */
export function createStepWork(
  ports: SessionPorts,
  workspace: Workspace,
  run: Pick<RunSurroundings, 'committed' | 'people' | 'emit' | 'part'>,
  log: (call: ActivityCall) => ToolCaller['log'],
): Pick<Activities, 'tool' | 'shell' | 'http'> {
  return {
    async tool(call, { tool: name, input, left = {} }) {
      const { tools } = ports.program;
      const tool = Object.hasOwn(tools, name) ? tools[name] : serverTool(ports.program.mcpServers, name);
      const builtin = tool === undefined ? fileTools.find((one) => one.name === name) : undefined;
      if (builtin !== undefined) return guarded(call, () => runBuiltin(call, builtin, input));
      if (tool === undefined)
        throw new Problem('tool_invalid', `no tool "${name}"${choices(name, Object.keys(tools))}`);
      const work = async (): Promise<Json> => {
        const opened = await openDeclared(ports, tool);
        await clear(call, tool, opened.inputSchema, input);
        if (!isRepeatable(tool, opened)) await run.committed();
        const caller = callerOfStep(call, { workspace, run, left, log: log(call) });
        return ports.redact.json(await runDeclaredTool(ports, tool, opened, input, caller));
      };
      const { type } = tool.run;
      return guarded(call, work, type === 'workflow' || type === 'agent');
    },

    shell: (call, { command, cwd, env, scope }) =>
      guarded(call, async () => {
        const values = Object.entries(env);
        const seen = { ...scope, secrets: secretsReadBy(ports.secrets, Object.values(env)) };
        const sandbox = await workspace.open();
        await run.committed();
        const { truncated, ...result } = await sandbox.exec(
          typeof command === 'string' ? command : lineOf(command),
          {
            signal: call.signal,
            env: {
              IDEMPOTENCY_KEY: call.idempotencyKey,
              ...Object.fromEntries(values.map(([name, value]) => [name, String(value.evaluate(seen))])),
            },
            ...(cwd === undefined ? {} : { cwd }),
          },
        );
        if (truncated) log(call)('the output of the command was cut at the limit of the sandbox');
        const { text } = ports.redact;
        return { ...result, stdout: text(result.stdout), stderr: text(result.stderr) };
      }),

    http: (call, { request, scope }) =>
      guarded(call, async () => {
        await run.committed();
        const { status, headers, body } = await ports.tools.request({
          who: `step "${call.stepPath}"`,
          request,
          scope,
          secrets: secretsReadBy(ports.secrets, Object.values(request.headers), request.sign?.secrets),
          idempotencyKey: call.idempotencyKey,
          signal: call.signal,
        });
        const texts = Object.entries(headers).map(
          ([name, value]) => [name, ports.redact.text(value)] as const,
        );
        return { status, headers: Object.fromEntries(texts), body: ports.redact.json(body) };
      }),
  };

  async function runBuiltin(
    { signal }: ActivityCall,
    { name, inputSchema, needs, run: use }: BuiltinToolDefinition,
    input: Json,
  ): Promise<Json> {
    const { value, faults } = compileSchema(inputSchema).check(input);
    if (faults.length > 0)
      throw new Problem('tool_input_invalid', `input of tool "${name}": ${describeFaults(faults)}`);
    const sandbox = await workspace.open();
    if (needs !== 'read') await run.committed();
    return ports.redact.json(await use(value, { sandbox, signal }));
  }

  /** Asks people when the rules of a tool say so. */
  function clear(call: ActivityCall, tool: Tool, schema: JsonSchema, input: Json): Promise<void> {
    const { stepPath, runId, signal, tries } = call;
    const people = run.people(stepPath)(`try${tries}`, () => undefined);
    const { workspace: folder } = workspace.spec;
    const place = { workspace: folder, folder };
    const who = `step "${stepPath}"`;
    const { name, permissions } = tool;
    const pending = {
      tool: name,
      kinds: kindsOf(tool.annotations),
      input,
      schema,
      rules: [permissions],
      place,
      callKey: name,
      who,
    };
    const around = { people, signal, scope: { runId, stepPath }, emit: run.emit };
    return people.during(() => clearCall(ports, pending, around));
  }

  /** @param endsItself whether the work ends soon after its signal, so that it is waited for. */
  async function guarded<T>(
    { signal }: ActivityCall,
    work: () => Promise<T>,
    endsItself = false,
  ): Promise<T> {
    try {
      return await (endsItself ? work() : within(signal, work()));
    } catch (thrown) {
      // What a step recovered from is recorded, and its message may quote what the call was given.
      throw redacted(ports, asProblem(thrown));
    } finally {
      await workspace.save();
    }
  }
}

function redacted({ redact }: SessionPorts, problem: Problem): Problem {
  const { code, message, details, cause } = problem;
  return new Problem(code, redact.text(message), {
    ...(details === undefined ? {} : { details: redact.json(details) }),
    cause,
    retryable: problem.retryable,
  });
}
