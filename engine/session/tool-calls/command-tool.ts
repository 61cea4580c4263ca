import { isObject, type Json, type JsonSchema } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { valueReads } from '../../expr/index.ts';
import type { ToolContext } from '../../ports/tool-source.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { CommandTool, Tool } from '../../program/tool.ts';
import { lineOf } from './argv.ts';
import type { ToolCaller } from './declared-tool.ts';
import type { SessionPorts } from '../ports.ts';

type Command = Tool & { readonly run: CommandTool };

/** Characters of what a command wrote that the message about its failure quotes. */
const excerptLength = 2_000;

/**
 * Runs a tool that is a command, in the sandbox of the caller or, with nothing but its mounts, in its own. A command that is a list may
 * run there for this call, whatever the sandbox grants besides; each of its parts stays one argument. A line for the shell is held to
 * what the sandbox grants, and finds the arguments in its environment. Gives what the command wrote: as JSON when the tool's result is
 * more than a text. Throws Problem `tool_failed` when it ends with another code than 0.
 */
export async function runCommandTool(
  ports: SessionPorts,
  tool: Command,
  input: Json,
  caller: ToolCaller,
  secrets: ToolContext['secrets'],
): Promise<Json> {
  const { run } = tool;
  const scope = { input, env: ports.env };
  const isLine = typeof run.command === 'string';
  const argv = typeof run.command === 'string' ? [] : run.command.map((part) => part.render(scope));
  const [program = ''] = argv;
  const env = {
    IDEMPOTENCY_KEY: caller.idempotencyKey,
    ...(isLine ? argumentsOf(input) : {}),
    ...environmentOf(run, scope, secrets),
  };
  const result = await inSandbox(ports, run, caller, (sandbox) =>
    sandbox.exec(typeof run.command === 'string' ? run.command : lineOf(argv), {
      env,
      signal: caller.signal,
      ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
      ...(run.sandbox === undefined && /^[\w.+-]+$/.test(program) ? { commands: [program] } : {}),
      ...(tool.timeoutMs === undefined ? {} : { timeoutMs: tool.timeoutMs }),
    }),
  );
  const { stdout, stderr, exitCode, truncated } = result;
  if (exitCode !== 0) {
    const said = (stderr.trim() === '' ? stdout : stderr).trim().slice(-excerptLength);
    throw new Problem(
      'tool_failed',
      `the command ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}`,
      {
        details: { exitCode, stdout: stdout.slice(-excerptLength), stderr: stderr.slice(-excerptLength) },
      },
    );
  }
  if (truncated) caller.log('the output of the command was cut at the limit of the sandbox');
  return isText(tool.outputSchema) ? stdout.replace(/\r?\n$/, '') : jsonOf(tool, stdout, truncated);
}

async function inSandbox<T>(
  ports: SessionPorts,
  { sandbox: spec }: CommandTool,
  { workspace }: ToolCaller,
  use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  if (spec === undefined) return use(await workspace.open());
  const env = Object.entries(spec.env).map(([name, value]) => [
    name,
    String(value.evaluate({ env: ports.env })),
  ]);
  const sandbox = await ports.sandboxes.open(spec, {
    env: Object.fromEntries(env) as Record<string, string>,
  });
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** The arguments as a line for the shell finds them: `INPUT_<NAME>`, each a text. */
function argumentsOf(input: Json): Record<string, string> {
  if (!isObject(input)) return {};
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      `INPUT_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`,
      textOf(value),
    ]),
  );
}

function environmentOf(
  { env }: CommandTool,
  scope: { readonly input: Json; readonly env: Readonly<Record<string, string>> },
  secrets: ToolContext['secrets'],
): Record<string, string> {
  const names = Object.values(env)
    .flatMap(valueReads)
    .flatMap(({ path: [root, name] }) => (root === 'secrets' && name !== undefined ? [name] : []));
  const granted = Object.fromEntries(names.map((name) => [name, secrets.get(name)]));
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      textOf(value.evaluate({ ...scope, secrets: granted })),
    ]),
  );
}

function textOf(value: Json): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

function isText(schema: JsonSchema | undefined): boolean {
  return schema === undefined || (isObject(schema) && schema['type'] === 'string');
}

function jsonOf({ name }: Tool, stdout: string, isCut: boolean): Json {
  try {
    return JSON.parse(stdout) as Json;
  } catch {
    const why = isCut ? 'was cut at the limit of the sandbox, so it is no JSON' : 'is no JSON';
    throw new Problem('tool_output_invalid', `output of tool "${name}": what the command wrote ${why}`);
  }
}
