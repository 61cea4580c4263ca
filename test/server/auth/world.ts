import { createHash } from 'node:crypto';
import type { Engine } from '../../../engine/api.ts';
import { createEngine } from '../../../engine/engine.ts';
import type { Store } from '../../../engine/ports/store.ts';
import { createServer, type LogEntry, type ServerOptions } from '../../../engine/server/index.ts';
import { projectOf, programOf } from '../../fakes/project.ts';
import { gatedModels, type GatedModels } from '../gated-models.ts';
import type { Answer } from '../world.ts';

/** A server where callers sign in. */
export interface AuthWorld extends GatedModels {
  readonly engine: Engine;
  readonly url: string;
  readonly log: LogEntry[];
  /** Sends JSON as the caller with a token, or as nobody. */
  send(
    token: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Tokens of the world, by the names of their callers. */
export const tokens = {
  ann: 'ann-0123456789abcdef',
  bob: 'bob-0123456789abcdef',
  root: 'root-0123456789abcdef',
  reader: 'reader-0123456789abcdef',
  narrow: 'narrow-0123456789abcdef',
  narrowRoot: 'narrow-root-0123456789abcdef',
  none: 'none-0123456789abcdef',
  talker: 'talker-0123456789abcdef',
} as const;

/** The config of a token by its hash. */
export function hashed(token: string): { readonly hash: string } {
  return { hash: `sha256:${createHash('sha256').update(token).digest('hex')}` };
}

const scopesOf = ['agents', 'workflows', 'runs', 'approvals', 'admin'];

const usualAuth = {
  tokens: [
    { name: 'ann', ...hashed(tokens.ann) },
    { name: 'bob', secret: 'BOB_TOKEN' },
    { name: 'root', ...hashed(tokens.root), scopes: scopesOf },
    { name: 'reader', ...hashed(tokens.reader), scopes: ['runs'] },
    { name: 'narrow', ...hashed(tokens.narrow), agents: ['echo'], workflows: ['plain'] },
    {
      ...{ name: 'narrow-root', ...hashed(tokens.narrowRoot), scopes: scopesOf },
      ...{ agents: ['echo'], workflows: ['plain'] },
    },
    { name: 'none', ...hashed(tokens.none), scopes: ['admin'] },
    { name: 'talker', ...hashed(tokens.talker), scopes: ['agents'] },
  ],
};

/** Starts a world; close it. */
export async function startAuthWorld({
  auth = usualAuth,
  server: settings = {},
  options = {},
  project,
  store = 'memory',
  env = { BOB_TOKEN: tokens.bob },
}: {
  readonly env?: Readonly<Record<string, string>>;
  /** Null: nobody signs in. */
  readonly auth?: object | null;
  /** More settings of `server`. */
  readonly server?: object;
  readonly options?: ServerOptions;
  /** A folder, whose store is used; default a new one, with a store in memory. */
  readonly project?: string;
  /** Where there is no folder. */
  readonly store?: Store | 'memory';
} = {}): Promise<AuthWorld> {
  const program = await programOf(project ?? authProject(auth, settings));
  const gate = gatedModels();
  const log: LogEntry[] = [];
  const engine = await createEngine({
    program,
    ...(project === undefined ? { store } : {}),
    ports: { models: gate.models },
    env,
  });
  const server = createServer(engine, { port: 0, log: (entry) => log.push(entry), ...options });
  const { url } = await server.listen();
  return {
    ...gate,
    engine,
    url,
    log,
    async send(token, method, path, body, headers = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('application/json') === true;
      return {
        status: response.status,
        headers: response.headers,
        body: (isJson && text !== '' ? JSON.parse(text) : { text }) as Record<string, unknown>,
      };
    },
    async close() {
      gate.open();
      await server.close();
      await engine.close();
    },
  };
}

/** The folder of a project whose server has these settings. */
export function authProject(auth: object | null = usualAuth, settings: object = {}): string {
  return projectOf({
    ...files,
    'engine.yaml': {
      name: 'closed',
      model: 'script/echo',
      secrets: { BOB_TOKEN: {} },
      server: { ...settings, ...(auth === null ? {} : { auth }) },
    },
  });
}

const files = {
  'models/echo.yaml': { default: { text: 'unused' } },
  'agents/echo.md': '---\ndescription: Repeats.\n---\nRepeat what you hear.\n',
  'agents/other.md': '---\ndescription: Repeats.\n---\nRepeat what you hear.\n',
  'workflows/plain.yaml': {
    description: 'Gives 1.',
    steps: [{ id: 'one', set: { one: 1 } }],
    output: '${{ steps.one.output.one }}',
  },
  'workflows/hidden.yaml': { description: 'Gives 1.', steps: [{ id: 'one', set: { one: 1 } }] },
  'schedules/nightly.yaml': { cron: '0 3 * * *', timezone: 'UTC', enabled: false, workflow: 'hidden' },
  'workflows/sign.yaml': {
    description: 'Asks.',
    steps: [{ id: 'ok', approval: { title: 'Go on?' } }],
  },
  'workflows/four_eyes.yaml': {
    description: 'Asks bob, or a boss.',
    steps: [
      {
        id: 'ok',
        approval: { title: 'Go on?', approvers: ['ann', 'bob', 'role:boss'], requireDifferentApprover: true },
      },
    ],
  },
  'workflows/outer.yaml': {
    description: 'Calls another one.',
    steps: [{ id: 'inner', workflow: 'plain' }],
  },
};
