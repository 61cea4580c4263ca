import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { JsonObject } from '../../../engine/core/json.ts';
import { answerAsModel } from './model.ts';

/** What callbacks are signed with, and deliveries to the channel. */
export const secret = 'whsec_c2lnbmVkLXdpdGgtdGhpcy1zZWNyZXQtMDAwMQ==';

/** Something that a step or a tool did outside the engine. */
export interface Effect {
  readonly item: string;
  readonly key: string;
  /** Process of the engine that did it, where it says so. */
  readonly pid?: number;
  readonly runId?: string;
  readonly stepPath?: string;
}

/** A callback that came, verified. */
export interface Told {
  readonly id: string;
  readonly body: JsonObject;
}

/** Everything around an engine that does not die with it: a provider of models, a ledger of effects, a receiver of callbacks. */
export interface Outside {
  readonly url: string;
  readonly effects: readonly Effect[];
  readonly told: readonly Told[];
  /** By the text of each message, the versions of the instructions under which a model was asked about it. */
  readonly asked: ReadonlyMap<string, ReadonlySet<string>>;
  /** Hears of each callback. */
  onTold: (told: Told) => void;
  /** Resolves after so many more things have happened, or so many milliseconds. */
  happened(count: number, atMostMs: number): Promise<void>;
  /** Notes that something happened elsewhere. */
  note(): void;
  close(): void;
}

/** Starts it on loopback. `random` decides when the provider and the receiver are out of order. */
export async function outside(random: () => number): Promise<Outside> {
  const effects: Effect[] = [];
  const told: Told[] = [];
  const asked = new Map<string, Set<string>>();
  const failed = new Set<string>();
  let waiting: { left: number; readonly done: () => void }[] = [];
  const note = (): void => {
    for (const one of waiting) if ((one.left -= 1) <= 0) one.done();
    waiting = waiting.filter(({ left }) => left > 0);
  };
  const effect = (one: Effect): void => {
    effects.push(one);
    note();
  };

  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const { pathname } = new URL(request.url ?? '', 'http://outside');
      if (pathname === '/effects') {
        effect(JSON.parse(text) as Effect);
        response.end('{}');
      } else if (pathname.startsWith('/steps/')) {
        const runId = decodeURIComponent(pathname.slice('/steps/'.length));
        effect({ item: 'http', key: String(request.headers['idempotency-key']), runId, stepPath: 'send' });
        json(response, 200, { ok: true });
      } else if (pathname === '/hook') hook(request, response, text);
      else {
        note();
        // What failed once does not fail again, so that no call fails for good.
        const fails = !failed.has(text) && random() < 0.05;
        if (fails) failed.add(text);
        const { message, version } = answerAsModel(response, text, fails);
        asked.set(message, (asked.get(message) ?? new Set()).add(version));
      }
    });
  });

  function hook(request: IncomingMessage, response: ServerResponse, text: string): void {
    if (random() < 0.1) return void response.writeHead(503).end();
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const id = headers['webhook-id'] ?? '';
    // Its time is that of the engine, whose clock may be wrong.
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    const isGenuine = headers['webhook-signature'] === new Webhook(secret).sign(id, at, text);
    const one = { id: isGenuine ? id : 'forged', body: JSON.parse(text) as JsonObject };
    told.push(one);
    response.writeHead(204).end();
    note();
    result.onTold(one);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result: Outside = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    told,
    asked,
    onTold: () => undefined,
    happened: (count, atMostMs) =>
      new Promise((resolve) => {
        if (count <= 0) return resolve();
        const late = setTimeout(() => {
          waiting = waiting.filter((other) => other !== one);
          resolve();
        }, atMostMs);
        const one = { left: count, done: () => (clearTimeout(late), resolve()) };
        waiting.push(one);
      }),
    note,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return result;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The text of a request; of one whose sender died, what came of it is no text and says nothing. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return new Promise(() => undefined);
  }
  return Buffer.concat(parts).toString('utf8');
}
