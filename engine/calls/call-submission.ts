import { definitionFault } from '../adapters/tools/define-tool.ts';
import { definedSchema, runnerOf } from '../adapters/tools/run-definition.ts';
import type { CallFile, CallGrants, CallOptions } from '../api/call-options.ts';
import type { ResultSchema } from '../api/result-schema.ts';
import { checkCall } from './check-options.ts';
import type { SessionAddress } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { keyOption } from './idempotency-key.ts';
import type { AnyToolDefinition, OpenTool, ToolDefinition } from '../ports/tool-source.ts';
import type { Agent } from '../program/agent.ts';
import type { Program } from '../program/program.ts';
import { readResultSchema } from './result-schema.ts';
import {
  attachFiles,
  type AttachedFile,
  type Delivered,
  type Grants,
  type Sessions,
  type Source,
  type Submission,
  type Work,
} from '../session/index.ts';

/** What a call says, whatever it is. */
export interface Call {
  readonly agent: Agent;
  readonly address: SessionAddress;
  readonly message: string;
  readonly input?: Json | undefined;
  /** Default a prompt. */
  readonly work?: Work;
  readonly source?: Source;
  /** What a channel brought that it is about. */
  readonly delivered?: Delivered;
}

/**
 * A call of a session as its room takes it. Paths among the files are read now, under the policy of the sandbox; only then it is a
 * promise.
 * Throws Problem `invalid_request`, `invalid_input`, `sandbox_denied`, `sandbox_failed`.
 */
export function callSubmission(
  program: Program,
  sessions: Sessions,
  call: Call,
  options: CallOptions<ResultSchema>,
): Submission | Promise<Submission> {
  checkCall(callOf(call.work), call.message, options);
  const files = (options.files ?? []).map((file) => readFile(sessions, call, file));
  const isThere = (file: AttachedFile | Promise<AttachedFile>): file is AttachedFile =>
    !(file instanceof Promise);
  if (files.every(isThere)) return build(program, call, options, files);
  const reading = files.map((file) => Promise.resolve(file));
  return Promise.all(reading).then((read) => build(program, call, options, read));
}

function build(
  program: Program,
  { agent, address, message, input, work, source, delivered }: Call,
  options: CallOptions<ResultSchema>,
  read: readonly AttachedFile[],
): Submission {
  const { schema, check } = readResultSchema(options.result);
  const { tools = [] } = options;
  const said = message === '' && input !== undefined ? JSON.stringify(input, null, 2) : message;
  const attached = attachFiles(program, read.length === 0 ? message : said, read);
  const opened = new Map(tools.flatMap((tool) => (typeof tool === 'string' ? [] : [openObject(tool)])));
  const objects = tools.filter((tool) => typeof tool !== 'string');
  if (opened.size < objects.length)
    throw new Problem('invalid_request', 'two tools of the call have the same name');
  return {
    agent,
    address,
    input,
    role: options.role,
    model: options.model,
    modelSettings: {},
    thinking: options.thinking,
    schema,
    retries: options.retries,
    message: attached.message,
    images: [
      ...(options.images ?? []).map((image) => ({ type: 'image' as const, ...image })),
      ...attached.images,
    ],
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    grants: {
      ...grantsOf(options),
      tools: [...new Set(tools.filter((tool) => typeof tool === 'string'))],
      objects: [...opened].map(([name, { description, inputSchema }]) => ({
        name,
        description,
        inputSchema,
      })),
    },
    here: { tools: opened, env: {}, ...(check === undefined ? {} : { check }) },
    ...(work === undefined ? {} : { work }),
    ...(source === undefined ? {} : { source }),
    ...(delivered === undefined ? {} : { delivered }),
    ...keyOption(options.idempotencyKey),
  };
}

/** What a call is granted, tools aside. */
export function grantsOf({ commands = [], secrets = [] }: CallGrants): Grants {
  return { tools: [], objects: [], commands: [...new Set(commands)], secrets: [...new Set(secrets)] };
}

/** A file with its content; a promise only where that must be read. */
function readFile(
  sessions: Sessions,
  { agent, address }: Call,
  file: CallFile,
): AttachedFile | Promise<AttachedFile> {
  if (typeof file === 'string')
    return sessions.files(agent, address, async (sandbox) => {
      const content = await sandbox.readFile(file);
      return { name: file, content, mediaType: undefined };
    });
  if ('text' in file) return { name: file.name, content: file.text, mediaType: undefined };
  return { name: file.name, content: file.data, mediaType: file.mediaType };
}

function callOf(work: Work | undefined): 'prompt' | 'skill' | 'task' {
  return work?.kind === 'skill' || work?.kind === 'task' ? work.kind : 'prompt';
}

function openObject(definition: AnyToolDefinition): readonly [string, OpenTool] {
  const { name, description, inputSchema } = definition;
  const fault = definitionFault(definition) ?? missing({ name, description, inputSchema });
  if (fault !== undefined || name === undefined)
    throw new Problem('invalid_request', `a tool of the call cannot be used: ${fault ?? ''}`);
  return [
    name,
    {
      description: description ?? '',
      inputSchema: definedSchema(inputSchema, 'input', `the "inputSchema" of tool "${name}"`) ?? true,
      outputSchema: definedSchema(definition.outputSchema, 'output', `the "outputSchema" of tool "${name}"`),
      run: runnerOf(name, definition as ToolDefinition<Json>),
    },
  ];
}

function missing(parts: Readonly<Record<string, unknown>>): string | undefined {
  const name = Object.keys(parts).find((part) => parts[part] === undefined);
  return name === undefined ? undefined : `it needs a "${name}"`;
}
