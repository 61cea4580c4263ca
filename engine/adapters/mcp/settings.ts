import { existsSync } from 'node:fs';
import { Problem } from '../../core/problem.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { McpServer } from '../../program/mcp.ts';

/** Where the values of a server's settings come from. */
export interface Surroundings {
  /** Environment variables that expressions may read. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  /** The environment of this process, of which a server gets no more than `PATH` and `HOME`. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
}

/** A server as it is reached, with the values of its secrets. */
export type Reached =
  | {
      readonly type: 'http' | 'sse';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
    };

/** Evaluates the settings of a server. Throws Problem `missing_secret`, `expression_failed`, `mcp_unavailable`. */
export function reach(server: McpServer, { env, secrets, processEnv }: Surroundings): Reached {
  const granted = server.secrets.map((name) => [name, valueOf(secrets, name)] as const);
  const scope = { env, secrets: Object.fromEntries(granted) };
  const text = (value: { evaluate(scope: object): unknown }): string => {
    const given = value.evaluate(scope);
    return typeof given === 'string' ? given : JSON.stringify(given);
  };
  if (server.type !== 'stdio') {
    const headers = Object.entries(server.headers).map(([name, value]) => [name, text(value)] as const);
    for (const [name, value] of headers) checkHeader(server.name, name, value);
    return { type: server.type, url: server.url, headers: Object.fromEntries(headers) };
  }
  if (!existsSync(server.cwd))
    throw new Problem(
      'mcp_unavailable',
      `MCP server "${server.name}": there is no folder "${server.cwd}" to start it in`,
      {
        retryable: false,
      },
    );
  return {
    type: 'stdio',
    command: server.command,
    args: server.args.map(text),
    env: {
      ...inherited(processEnv),
      ...Object.fromEntries(Object.entries(server.env).map(([name, value]) => [name, text(value)])),
    },
    cwd: server.cwd,
  };
}

/** Without these no program can be found or started. */
const needed =
  process.platform === 'win32'
    ? ['PATH', 'PATHEXT', 'SYSTEMROOT', 'COMSPEC', 'TEMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA']
    : ['PATH', 'HOME'];

function inherited(env: Surroundings['processEnv']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && needed.includes(process.platform === 'win32' ? name.toUpperCase() : name)
        ? [[name, value] as const]
        : [],
    ),
  );
}

function valueOf(secrets: Secrets, name: string): string {
  const value = secrets.get(name);
  if (value === undefined) throw new Problem('missing_secret', `the secret "${name}" is not set`);
  return value;
}

/** The value is not quoted: it may be a secret. */
function checkHeader(server: string, name: string, value: string): void {
  try {
    new Headers([[name, value]]);
  } catch {
    throw new Problem('mcp_unavailable', `MCP server "${server}": header "${name}" cannot be sent as it is`, {
      retryable: false,
    });
  }
}
