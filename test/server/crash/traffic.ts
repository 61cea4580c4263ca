import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { EngineEvent } from '../../../engine/core/event.ts';
import type { Caller } from './caller.ts';
import { secret } from './outside.ts';

/** What the server was asked for and has accepted. */
export interface Accepted {
  readonly id: string;
  /** Of what kind, and which message or input: no two have the same. */
  readonly act: string;
  readonly n: string;
  /** How it must end, unless crashes keep it from getting anywhere. */
  readonly ends: readonly string[];
  /** What a whole stream of it gave, stored events only. */
  readonly events?: readonly EngineEvent[];
}

/** What traffic leaves behind. */
export interface Sent {
  readonly accepted: Accepted[];
  readonly done: Record<string, number>;
  /** What is under way. */
  readonly open: Set<string>;
}

type Act = (n: string, place: string, caller: Caller) => Promise<Accepted[]>;

/**
 * Sends mixed traffic in as many lanes as asked, each one act after the other to its end, until told to stop. Notes in `sent` what
 * comes of it.
 */
export async function sendTraffic(
  caller: Caller,
  lanes: number,
  sent: Sent,
  { goesOn, without }: { readonly goesOn: () => boolean; readonly without: readonly string[] },
): Promise<void> {
  const kinds = Object.entries(acts).filter(([kind]) => !without.includes(kind));
  const lane = async (number: number): Promise<void> => {
    for (let round = 0; round === 0 || goesOn(); round += 1) {
      const [kind, act] = kinds[(number + round * 5) % kinds.length] ?? never();
      const n = `${kind}-${number}-${round}`;
      sent.open.add(n);
      try {
        // Conversations that several lanes share.
        sent.accepted.push(...(await act(n, `place-${(number + round) % 3}`, caller)));
      } catch (thrown) {
        throw new Error(`${n}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
          cause: thrown,
        });
      }
      sent.open.delete(n);
      sent.done[kind] = (sent.done[kind] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
}

const acts: Readonly<Record<string, Act>> = {
  async dispatch(n, place, caller) {
    const id = await dispatch(caller, `/agents/helper/${place}`, n, `${n} use work safe`);
    const events = await caller.follow(`/submissions/${id}/stream`);
    return [{ act: 'dispatch', n, id, ends: ['succeeded'], events }];
  },
  async prompt(n, place, caller) {
    const { status, body } = await caller.ask({
      path: `/agents/helper/${place}`,
      body: { message: `${n} use safe` },
      key: n,
      isPrompt: true,
    });
    const { text, submissionId } = (body['result'] ?? {}) as { text?: string; submissionId?: string };
    if (status !== 200) return [await failedPrompt(caller, n, `/agents/helper/${place}`, `${n} use safe`)];
    expect(text, n).to.equal(`done: ${n} use safe`);
    return [{ act: 'prompt', n, id: submissionId ?? '', ends: ['succeeded'] }];
  },
  async promptStream(n, place, caller) {
    const events = await caller.stream({
      path: `/agents/helper/${place}`,
      body: { message: `${n} use work` },
      key: n,
    });
    return [{ act: 'promptStream', n, id: idOf(events), ends: ['succeeded'], events }];
  },
  async joined(n, place, caller) {
    const path = `/agents/joiner/${place}`;
    const ids = await Promise.all(
      ['a', 'b'].map((part) => dispatch(caller, path, `${n}-${part}`, `${n}-${part} use safe`)),
    );
    return Promise.all(
      ids.map(async (id, part) => ({
        ...{ act: 'joined', n: `${n}-${'ab'[part]}`, id, ends: ['succeeded'] },
        events: await caller.follow(`/submissions/${id}/stream`),
      })),
    );
  },
  async socket(n, place, caller) {
    const frame = { type: 'prompt', message: `${n} use safe work`, idempotencyKey: n };
    const { id, events, last } = await caller.talk(`/agents/helper/${place}`, frame);
    if (last['type'] === 'error') await caller.follow(`/submissions/${id}/stream`, events);
    if (last['type'] === 'result')
      expect((last['result'] as { text: string }).text, n).to.equal(`done: ${n} use safe work`);
    return [{ act: 'socket', n, id, ends: ['succeeded'], events }];
  },
  async paid(n, place, caller) {
    // Whoever hears the callback approves it.
    const id = await dispatch(caller, `/agents/helper/paid-${place}`, n, `${n} use pay`);
    const events = await caller.follow(`/submissions/${id}/stream`);
    return [{ act: 'paid', n, id, ends: ['succeeded'], events }];
  },
  async everything(n, _place, caller) {
    const { status, body } = await caller.ask({ path: '/workflows/everything', body: { n }, key: n });
    expect(status, `${n}: ${JSON.stringify(body)}`).to.equal(202);
    const id = String(body['runId']);
    const [events] = await Promise.all([caller.follow(`/runs/${at(id)}/stream`), signal(caller, id, n)]);
    return [{ act: 'everything', n, id, ends: ['succeeded'], events }];
  },
  async everythingStream(n, _place, caller) {
    // The event comes from somewhere else, as soon as there is a run to take it.
    const streaming = caller.stream({ path: '/workflows/everything', body: { n }, key: n });
    const { body } = await caller.ask({ path: '/workflows/everything', body: { n }, key: n });
    await signal(caller, String(body['runId']), n);
    const events = await streaming;
    expect(idOf(events), n).to.equal(body['runId']);
    return [{ act: 'everything', n, id: idOf(events), ends: ['succeeded'], events }];
  },
  async everythingSocket(n, _place, caller) {
    const frame = { type: 'invoke', input: { n }, idempotencyKey: n };
    const talking = caller.talk('/workflows/everything', frame);
    const { body } = await caller.ask({ path: '/workflows/everything', body: { n }, key: n });
    await signal(caller, String(body['runId']), n);
    const { id, events, last } = await talking;
    if (last['type'] === 'error') await caller.follow(`/runs/${at(id)}/stream`, events);
    expect(id, n).to.equal(body['runId']);
    return [{ act: 'everything', n, id, ends: ['succeeded'], events }];
  },
  async refused(n, _place, caller) {
    const { body } = await caller.ask({ path: '/workflows/refuse', body: { n }, key: n });
    const id = String(body['runId']);
    const events = await caller.follow(`/runs/${at(id)}/stream`);
    return [{ act: 'refused', n, id, ends: ['failed'], events }];
  },
  async cancelled(n, _place, caller) {
    const { body } = await caller.ask({ path: '/workflows/slow', body: { n }, key: n });
    const id = String(body['runId']);
    const { status } = await caller.ask({ path: `/runs/${at(id)}/cancel` });
    expect(status, n).to.be.oneOf([200, 202, 409]);
    const events = await caller.follow(`/runs/${at(id)}/stream`);
    return [{ act: 'cancelled', n, id, ends: ['cancelled'], events }];
  },
  async aborted(n, place, caller) {
    const id = await dispatch(caller, `/agents/helper/aborted-${place}`, n, `${n} use safe`);
    await caller.ask({ path: `/submissions/${id}/abort` });
    const events = await caller.follow(`/submissions/${id}/stream`);
    return [{ act: 'aborted', n, id, ends: ['cancelled', 'succeeded'], events }];
  },
  async delivered(n, place, caller) {
    const text = JSON.stringify({ session: place, text: `${n} use work` });
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': n,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(n, at, text),
    };
    const { status, body } = await caller.ask({ path: '/channels/inbox', raw: { text, headers } });
    expect(status, `${n}: ${JSON.stringify(body)}`).to.equal(202);
    const id = String(body['submissionId']);
    const events = await caller.follow(`/submissions/${id}/stream`);
    return [{ act: 'delivered', n, id, ends: ['succeeded'], events }];
  },
};

async function dispatch(caller: Caller, path: string, key: string, message: string): Promise<string> {
  const { status, body } = await caller.ask({ path: `${path}/dispatch`, body: { message }, key });
  expect(status, `${key}: ${JSON.stringify(body)}`).to.equal(202);
  return String(body['submissionId']);
}

async function signal(caller: Caller, id: string, n: string): Promise<void> {
  const { status, body } = await caller.ask({
    path: `/runs/${at(id)}/signals/go-${n}`,
    body: { for: n },
    key: n,
  });
  // One that was given up before takes none any more; whether it might be is judged in the end.
  expect(status, `${n}: ${JSON.stringify(body)}`).to.be.oneOf([200, 202, 409]);
}

/** A prompt whose answer was a failure was accepted all the same: the same message and key name it. */
async function failedPrompt(caller: Caller, n: string, path: string, message: string): Promise<Accepted> {
  const id = await dispatch(caller, path, n, message);
  const events = await caller.follow(`/submissions/${id}/stream`);
  return { act: 'prompt', n, id, ends: ['succeeded'], events };
}

function idOf(events: readonly EngineEvent[]): string {
  return events[0]?.executionId ?? 'nothing came';
}

function at(id: string): string {
  return encodeURIComponent(id);
}

function never(): never {
  throw new Error('there are no acts');
}
