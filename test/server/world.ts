import type { Engine } from '../../engine/api.ts';
import { createClient, type Client, type ClientOptions } from '../../engine/client/index.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Program } from '../../engine/program/program.ts';
import type { Store } from '../../engine/ports/store.ts';
import type { ServerSettings } from '../../engine/program/server-settings.ts';
import { createServer, type LogEntry, type Server, type ServerOptions } from '../../engine/server/index.ts';
import { programOf } from '../fakes/project.ts';
import { gatedModels, type GatedModels } from './gated-models.ts';

/** A real engine behind a real server on a free port. */
export interface World extends GatedModels {
  readonly engine: Engine;
  readonly server: Server;
  readonly url: string;
  readonly log: LogEntry[];
  client(options?: Partial<ClientOptions>): Client;
  /** Sends JSON and reads the answer. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** An answer's error without its ref, which differs every time. */
export function errorOf({ body }: Pick<Answer, 'body'>): Record<string, unknown> {
  const { ref, ...error } = body['error'] as Record<string, unknown>;
  if (typeof ref !== 'string' || !/^err_[0-9A-Z]{26}$/.test(ref)) throw new Error(`bad ref ${String(ref)}`);
  return error;
}

let program: Promise<Program> | undefined;

/** Starts a world; close it. */
export async function startWorld(
  options: ServerOptions = {},
  { store = 'memory', ...settings }: { readonly store?: Store | 'memory' } & Partial<ServerSettings> = {},
): Promise<World> {
  program ??= programOf(files);
  const made = await program;
  const serverSettings = { ...made.settings.server, ...settings };
  const gate = gatedModels();
  const log: LogEntry[] = [];
  const engine = await createEngine({
    program: { ...made, settings: { ...made.settings, server: serverSettings } },
    store,
    ports: { models: gate.models },
  });
  const server = createServer(engine, { port: 0, log: (entry) => log.push(entry), ...options });
  const { url } = await server.listen();
  return {
    ...gate,
    engine,
    server,
    url,
    log,
    client: (more) => createClient({ baseUrl: url, ...more }),
    async send(method, path, body, headers = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
      };
    },
    async close() {
      gate.open();
      await server.close();
      await engine.close();
    },
  };
}

const files = {
  'engine.yaml': { name: 'served', model: 'script/echo' },
  'models/echo.yaml': { default: { text: 'unused' } },
  'agents/echo.md': '---\ndescription: Repeats.\n---\nRepeat what you hear.\n',
  'agents/counter.md': [
    '---',
    'description: Takes typed input.',
    'inputSchema:',
    '  type: object',
    '  required: [count]',
    '  additionalProperties: false',
    '  properties:',
    '    count: { type: integer }',
    '---',
    'Count.',
    '',
  ].join('\n'),
  'workflows/greet.yaml': {
    description: 'Greets.',
    inputSchema: {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: { name: { type: 'string' } },
    },
    outputSchema: { type: 'object', properties: { greeting: { type: 'string' } } },
    steps: [{ id: 'greet', agent: 'echo', message: 'Greet {{input.name}}' }],
    output: { greeting: '${{ steps.greet.output }}' },
  },
  'workflows/plain.yaml': {
    description: 'Gives 1.',
    steps: [{ id: 'one', set: { one: 1 } }],
    output: '${{ steps.one.output.one }}',
  },
  'workflows/refuse.yaml': {
    description: 'Fails.',
    steps: [{ id: 'no', fail: { code: 'not_today', message: 'not today', details: { day: 'monday' } } }],
  },
  'workflows/signed.yaml': {
    description: 'Asks a boss.',
    steps: [{ id: 'ok', approval: { title: 'Go on?', approvers: ['role:boss'] } }],
  },
  'workflows/stall.yaml': {
    description: 'Waits at the gate.',
    steps: [{ id: 'stall', agent: 'echo', message: 'wait' }],
  },
};
