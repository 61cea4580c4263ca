import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { deliveryId, type Delivery } from '../../engine/callbacks/delivery.ts';
import { namespaces, replace } from '../../engine/callbacks/places.ts';
import { asProblem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import { freePort } from '../fakes/free-port.ts';
import { programOf, projectOf, writeFiles, type Files } from '../fakes/project.ts';
import { delivery, fulfil, projectOfHook, receive, secret, type Receiver } from './kit.ts';

describe('callbacks that are not taken', () => {
  const receivers: Receiver[] = [];
  let engine: Engine | undefined;

  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    for (const receiver of receivers.splice(0)) receiver.close();
  });

  async function receiver(...how: Parameters<typeof receive>): Promise<Receiver> {
    const one = await receive(...how);
    receivers.push(one);
    return one;
  }

  async function start(files: Files | string): Promise<Engine> {
    return (engine = await createEngine({
      program: await programOf(files),
      store: 'memory',
      env: { HOOK: secret },
    }));
  }

  it('are sent again with the same id and body, signed anew', async () => {
    const { url, got } = await receiver((response, count) => {
      response.statusCode = [500, 429, 204][count - 1] ?? 204;
      response.end();
    });
    const own = await start(projectOfHook(url));
    await fulfil(own);
    const record = await delivery(own);
    expect(record).to.include({ state: 'succeeded', attempts: 3 });
    expect(new Set(got.map(({ id }) => id)).size).to.equal(1);
    expect(got[2]?.body).to.deep.equal(got[0]?.body);
    const { tries } = await own.callbacks.get(record.id);
    expect(tries.map(({ status, error }) => [status, error?.type])).to.deep.equal([
      [500, 'callback_failed'],
      [429, 'callback_failed'],
      [204, undefined],
    ]);
  });

  it('are given up after as many attempts as they have, listed, and delivered when asked to', async () => {
    let status = 500;
    const { url, got, received } = await receiver((response) => void response.writeHead(status).end());
    const own = await start(projectOfHook(url, { retry: { maxAttempts: 3, delay: '1ms' } }));
    const runId = await fulfil(own);
    const given = await delivery(own);
    expect(given).to.include({ state: 'failed', attempts: 3, executionId: runId });
    expect(given.error).to.deep.equal({
      type: 'callback_failed',
      message: 'callback "hook": the receiver answered 500',
      details: { status: 500 },
    });
    expect((await own.callbacks.list({ states: ['failed'] })).map(({ id }) => id)).to.deep.equal([given.id]);
    status = 200;
    expect(await own.callbacks.redeliver(given.id)).to.include({ state: 'queued', id: given.id });
    await received(4);
    const taken = await delivery(own);
    expect(taken).to.include({ state: 'succeeded', attempts: 4 });
    expect(await own.callbacks.list({ states: ['failed'] })).to.deep.equal([]);
    // What was taken may be lost over there.
    await own.callbacks.redeliver(given.id);
    await received(5);
    expect(new Set(got.map(({ id }) => id)).size).to.equal(1);
  });

  it('may be sent before their time, but not twice at once, nor when they are unknown', async () => {
    const answers: (() => void)[] = [];
    const { url, received } = await receiver((response, count) => {
      const answer = (): void => void response.writeHead(count === 1 ? 500 : 200).end();
      if (count === 1) answer();
      else answers.push(answer);
    });
    const own = await start(projectOfHook(url, { retry: { delay: '1h' } }));
    await fulfil(own);
    const { id, nextAt = '' } = await delivery(own, ({ state }) => state === 'waiting');
    expect(Date.parse(nextAt) - Date.now()).to.be.within(29 * 60_000, 60 * 60_000);
    const code = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'done',
        (thrown: unknown) => asProblem(thrown).code,
      );
    expect(await code(own.callbacks.redeliver(id))).to.equal('done');
    await received(2);
    expect(await code(own.callbacks.redeliver(id))).to.equal('conflict');
    answers[0]?.();
    expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 2 });
    expect(await code(own.callbacks.redeliver('cb_none'))).to.equal('not_found');
    expect(await code(own.callbacks.get('cb_none'))).to.equal('not_found');
  });

  it('that wait behind others, or that nobody takes up, are sent when asked for, also after a reload', async () => {
    const { url, got, received } = await receiver();
    const folder = projectOf(projectOfHook(url));
    const store = openMemoryStore();
    const id = deliveryId('e#1', 1, 'hook');
    const queued: Delivery = {
      ...{ id, callback: 'hook', event: 'run_end', executionId: 'workflow:a:1' },
      ...{ state: 'queued', createdAt: 1, dueAt: 1, attempts: 0, tries: 0, log: [] },
    };
    await replace(store.documents, undefined, queued);
    await store.documents.set(namespaces.bodies, id, '{}');
    const program = await programOf(folder);
    const own = (engine = await createEngine({ program, store, recover: false, env: { HOOK: secret } }));
    await own.reload(program);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(got).to.deep.equal([]);
    expect(await own.callbacks.redeliver(id)).to.include({ id, state: 'queued' });
    await received(1);
    expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 1 });
  });

  it('follow no redirect', async () => {
    const other = await receiver();
    const { url } = await receiver((response) => void response.writeHead(307, { location: other.url }).end());
    const own = await start(projectOfHook(url, { retry: { maxAttempts: 1 } }));
    await fulfil(own);
    const { state, error } = await delivery(own);
    expect([state, error?.message]).to.deep.equal([
      'failed',
      'callback "hook": the receiver answered 307, and redirects are not followed; write the address it leads to',
    ]);
    expect(other.got).to.deep.equal([]);
  });

  it('wait no longer than their time for a receiver that hangs, nor for the end of what it says', async () => {
    const { url } = await receiver((response, count) => {
      // The next answer never ends.
      if (count > 1) response.writeHead(200).write('x'.repeat(100_000));
    });
    const own = await start(projectOfHook(url, { timeout: '2s' }));
    await fulfil(own);
    const record = await delivery(own);
    expect(record).to.include({ state: 'succeeded' });
    const { tries } = await own.callbacks.get(record.id);
    expect(tries[0]?.error?.type).to.equal('timeout');
  }).timeout(120_000);

  it('wait as long as a receiver asks, but no longer than the longest wait', async () => {
    const { url, got } = await receiver((response, count) => {
      if (count === 1) response.writeHead(503, { 'retry-after': '1' });
      if (count === 2) response.writeHead(503, { 'retry-after': '3600' });
      response.end();
    });
    const own = await start(projectOfHook(url, { retry: { delay: '1ms', maxDelay: '1100ms' } }));
    await fulfil(own);
    expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 3 });
    const [first = 0, second = 0, third = 0] = got.map(({ at }) => at);
    expect(second - first).to.be.at.least(990);
    expect(third - second).to.be.at.least(1090);
  }).timeout(120_000);

  it('end at once where the receiver is gone for good', async () => {
    const { url } = await receiver((response) => void response.writeHead(410).end());
    const own = await start(projectOfHook(url));
    await fulfil(own);
    expect(await delivery(own)).to.include({ state: 'failed', attempts: 1 });
  });

  it('harm no work when nobody listens, and arrive once somebody does', async () => {
    const port = await freePort();
    const own = await start(
      projectOfHook(`http://127.0.0.1:${port}/hook`, {
        retry: { delay: '20ms', maxDelay: '1s', maxAttempts: 100 },
      }),
    );
    const runs = await Promise.all(Array.from({ length: 30 }, (_, n) => fulfil(own, n)));
    const [late] = await own.callbacks.list({ limit: 1 });
    expect(late?.state).to.be.oneOf(['queued', 'waiting']);
    const { got, received } = await receiver(undefined, port);
    await received(30);
    expect(got.map(({ body }) => String(body['runId'])).sort()).to.deep.equal([...runs].sort());
  }).timeout(120_000);

  it('hold up no others: few are sent at a time, and one that is refused is passed by', async () => {
    let open = 0;
    let most = 0;
    const { url, got, received } = await receiver((response, _count) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.writeHead(got.length === 1 ? 400 : 200).end();
      }, 2);
    });
    const own = await start(projectOfHook(url, { retry: { delay: '1h' } }));
    await Promise.all(Array.from({ length: 100 }, (_, n) => fulfil(own, n)));
    await received(100);
    expect(most).to.be.at.most(4);
    const waiting = await own.callbacks.list({ states: ['waiting'] });
    expect(waiting.length).to.be.at.most(1);
  }).timeout(120_000);

  it('are listed newest first, page by page, by callback and state', async () => {
    const { url, received } = await receiver();
    const own = await start(projectOfHook(url));
    for (let n = 0; n < 5; n += 1) {
      await fulfil(own, n);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await received(5);
    const all = (await own.callbacks.list()).map(({ id }) => id);
    expect([...all].sort().reverse()).to.deep.equal(all);
    const [, second] = await own.callbacks.list({ limit: 2 });
    const rest = await own.callbacks.list({ before: second?.id ?? '', callback: 'hook' });
    expect(rest.map(({ id }) => id)).to.deep.equal(all.slice(2));
  });

  it('go to the new address after a reload', async () => {
    const dead = await receiver((response) => void response.writeHead(500).end());
    const folder = projectOf(projectOfHook(dead.url, { retry: { delay: '1h' } }));
    const own = await start(folder);
    await fulfil(own);
    await delivery(own, ({ state }) => state === 'waiting');
    await own.callbacks.list();
    const { url, got, received } = await receiver();
    writeFiles(folder, projectOfHook(url, { retry: { delay: '1h' } }));
    await own.reload(await programOf(folder));
    await fulfil(own, 2);
    await received(1);
    expect(got[0]?.body['data']).to.include({ state: 'succeeded' });
  });
});
