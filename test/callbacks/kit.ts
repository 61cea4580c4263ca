import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Engine } from '../../engine/api.ts';
import type { CallbackRecord } from '../../engine/api/callbacks.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import type { Files } from '../fakes/project.ts';

/** What a receiver got, verified. */
export interface Got {
  readonly id: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly at: number;
}

/** A receiver of callbacks on loopback. */
export interface Receiver {
  readonly url: string;
  readonly got: Got[];
  /** Resolves when it got so many. */
  received(count: number): Promise<void>;
  close(): void;
}

/** What callbacks are signed with in tests. */
export const secret = 'whsec_c2lnbmVkLXdpdGgtdGhpcy1zZWNyZXQtMDAwMQ==';

/** Starts a receiver that remembers what it got, and refuses with 401 what is not signed as it must be. */
export async function receive(
  answer: (response: ServerResponse, count: number) => void = (response) => void response.end(),
  port = 0,
): Promise<Receiver> {
  const got: Got[] = [];
  let waiting: (() => void)[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const body = new Webhook(secret).verify(text, headers) as JsonObject;
      got.push({ id: headers['webhook-id'] ?? '', path: request.url ?? '', body, at: performance.now() });
      answer(response, got.length);
      for (const look of waiting.splice(0)) look();
      waiting = [];
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  // A receiver alone keeps no test alive.
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    async received(count) {
      while (got.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A project with one workflow and one agent, and these settings of the callback `hook`. */
export function projectOfHook(url: string, more: object = {}, files: Files = {}): Files {
  return {
    'engine.yaml': {
      name: 'told',
      model: 'script/m',
      secrets: { HOOK: {} },
      callbacks: { hook: { url, sign: { secret: 'HOOK' }, retry: { delay: '10ms' }, ...more } },
    },
    'src/models/m.yaml': { default: { text: 'done' } },
    'src/agents/clerk.yaml': { description: 'Answers.' },
    'src/agents/other.yaml': { description: 'Answers.' },
    'src/workflows/fulfil.yaml': {
      inputSchema: { type: 'object', properties: { n: { type: 'integer' } } },
      steps: [{ id: 'pack', set: { parcel: '${{ input.n }}' } }],
      output: { parcel: '${{ steps.pack.output.parcel }}' },
    },
    'src/workflows/refuse.yaml': {
      steps: [{ id: 'no', fail: { code: 'no_stock', message: 'sold out', details: { left: 0 } } }],
    },
    ...files,
  };
}

/** Runs `fulfil` to its end. */
export async function fulfil(engine: Engine, n = 1): Promise<string> {
  const { runId } = await engine.workflows.start('fulfil', { n });
  await engine.runs.wait(runId);
  return runId;
}

/** The only delivery, once it has ended; or once `until` holds for it. */
export async function delivery(
  engine: Engine,
  until = ({ state }: CallbackRecord): boolean => state === 'succeeded' || state === 'failed',
): Promise<CallbackRecord> {
  for (;;) {
    const [only, ...others] = await engine.callbacks.list();
    if (others.length > 0) throw new Error(`${others.length} more deliveries`);
    if (only !== undefined && until(only)) return only;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
