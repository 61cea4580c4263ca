import type { JsonSchema } from '../core/json.ts';
import type { Origin } from '../core/range.ts';
import type { Template, Value } from '../expr/index.ts';
import type { McpServer } from './mcp.ts';
import type { Permissions } from './permissions.ts';
import type { Sandbox } from './sandbox.ts';

/** Tools every engine has. */
export const builtinTools = [
  'read',
  'write',
  'edit',
  'ls',
  'glob',
  'grep',
  'stat',
  'exists',
  'mkdir',
  'rm',
  'bash',
  'task',
  'load_skill',
] as const;

/** Name of a built-in tool. */
export type BuiltinTool = (typeof builtinTools)[number];

/** How often and how patiently something is tried. */
export interface Retry {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly backoff: 'fixed' | 'linear' | 'exponential';
  /** Each wait is shortened by up to a half, at random; default false. */
  readonly jitter?: boolean;
  /** Problem codes that are tried again; empty: every retryable problem. */
  readonly on: readonly string[];
}

/** A declared tool. */
export interface Tool {
  readonly name: string;
  readonly hash: string;
  readonly origin: Origin;
  readonly description: string;
  /** Undefined only for a lone TypeScript tool, whose module brings them. */
  readonly inputSchema: JsonSchema | undefined;
  readonly outputSchema: JsonSchema | undefined;
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  readonly timeoutMs: number | undefined;
  readonly retry: Retry | undefined;
  /** Names of secrets the tool may read. */
  readonly secrets: readonly string[];
  /** Rules for its calls, put before those of the agent. */
  readonly permissions: Permissions;
  /** Key by which the other side knows a repeated call, over `{input, env}`; undefined: one made of the call. */
  readonly idempotencyKey: Template | Value | undefined;
  readonly run: ToolRun;
}

/** What is behind a tool. */
export type ToolRun = NodeTool | HttpTool | OpenApiTool | CommandTool | WorkflowTool | AgentTool | McpTool;

/** A tool in TypeScript or JavaScript. */
export interface NodeTool {
  readonly type: 'node';
  /** Absolute path of the module. */
  readonly module: string;
  /** Export that holds the tool; default `default`. */
  readonly export: string;
}

/** A tool that is one HTTP request. Templates and values see `{input, env}`; headers may also read `secrets`. */
export interface HttpTool {
  readonly type: 'http';
  readonly method: string;
  readonly url: Template;
  readonly query: Readonly<Record<string, Value>>;
  readonly headers: Readonly<Record<string, Value>>;
  readonly body: Value | undefined;
  /** Default: the request is not signed. */
  readonly sign?: Sign;
}

/** How a request is signed, so that who gets it knows where it comes from. */
export interface Sign {
  readonly scheme: 'standard-webhooks';
  /** Names of secrets; each gives a signature. */
  readonly secrets: readonly string[];
}

/** One operation of an OpenAPI document. */
export interface OpenApiTool {
  readonly type: 'openapi';
  /** Absolute path of the document, or its address. */
  readonly document: string;
  /** Undefined where the document cannot be read beforehand and no operation is named. */
  readonly operation: string | undefined;
  /** Address of the API, over `{env}`; undefined: the first server of the document. */
  readonly baseUrl: Template | undefined;
  /** Leaves may read `env` and `secrets`. */
  readonly headers: Readonly<Record<string, Value>>;
  /** How it is called; undefined where the document must still be fetched. */
  readonly call: OperationCall | undefined;
}

/** How an operation of an API is called, as its document says. */
export interface OperationCall {
  /** In capitals. */
  readonly method: string;
  /** Begins with `/`; parameters stand in it as `{name}`. */
  readonly path: string;
  /** Address before the path: absolute, or relative to that of the document; undefined: the document names none. */
  readonly server: string | undefined;
  readonly parameters: readonly OperationParameter[];
  /** Content type of the argument `body`; undefined: there is none. */
  readonly body: string | undefined;
  /** Keys of a `multipart/form-data` body that are files. */
  readonly files?: readonly string[];
}

/** An argument that goes into the path, the query, a header or a cookie. */
export interface OperationParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  /** How lists and maps are written: a `style` of OpenAPI, or `json`. */
  readonly style: string;
  readonly explode: boolean;
}

/** A command in the sandbox. Templates see `{input, env}`. */
export interface CommandTool {
  readonly type: 'command';
  /** Program and arguments, each a single argument whatever its template gives; or a line for the shell. */
  readonly command: readonly Template[] | string;
  readonly cwd: string | undefined;
  /** Leaves may read `input`, `env` and `secrets`. */
  readonly env: Readonly<Record<string, Value>>;
  /** Undefined: the sandbox of the caller. */
  readonly sandbox: Sandbox | undefined;
}

/** A workflow of the project. */
export interface WorkflowTool {
  readonly type: 'workflow';
  readonly workflow: string;
}

/** An agent of the project. Templates see `{input, env}`. */
export interface AgentTool {
  readonly type: 'agent';
  readonly agent: string;
  /** Undefined: the arguments. */
  readonly message: Template | undefined;
  /** Undefined: one of its own for each call. */
  readonly instance: Template | undefined;
}

/** A tool of an MCP server. */
export interface McpTool {
  readonly type: 'mcp';
  readonly server: McpServer;
  /** Its name on the server. */
  readonly tool: string;
}
