import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { createSystemClock } from '../../engine/adapters/clock/system.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { asProblem } from '../../engine/core/problem.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Store } from '../../engine/ports/store.ts';
import { programOf, projectOf, writeFiles, type Files } from '../fakes/project.ts';
import { delivery, fulfil, projectOfHook, receive, secret, type Receiver } from './kit.ts';

const hourMs = 3_600_000;

describe('callbacks that nothing can be sent to', () => {
  let receiver: Receiver;
  let engine: Engine | undefined;
  let reports: string[];
  const onWarning = (warning: Error): void => {
    if (warning.name === 'EngineWarning') reports.push(warning.message);
  };

  beforeEach(async () => {
    receiver = await receive();
    reports = [];
    process.on('warning', onWarning);
  });
  afterEach(async () => {
    process.off('warning', onWarning);
    await engine?.close();
    engine = undefined;
    receiver.close();
  });

  const without: Files = { 'engine.yaml': { name: 'told', model: 'script/m' } };

  /** A clock whose time of day can be set. */
  function setClock(): { readonly clock: ReturnType<typeof createSystemClock>; by(ms: number): void } {
    const system = createSystemClock();
    let ahead = 0;
    return {
      clock: { ...system, now: () => system.now() + ahead },
      by: (ms) => void (ahead += ms),
    };
  }

  async function start(folder: string, options: EngineOptions = {}): Promise<Engine> {
    const program = await programOf(folder);
    return (engine = await createEngine({ program, store: 'memory', env: { HOOK: secret }, ...options }));
  }

  async function reported(text: string): Promise<void> {
    while (!reports.some((one) => one.includes(text))) await new Promise(setImmediate);
  }

  it('wait for a secret that is not set, use up no attempt, are told once, and go on when it is there', async () => {
    const folder = projectOf({ ...projectOfHook(receiver.url), ...without });
    const env: Record<string, string> = {};
    const own = await start(folder, { env });
    writeFiles(folder, projectOfHook(receiver.url, { retry: { maxAttempts: 1 } }));
    await own.reload(await programOf(folder));
    await fulfil(own, 1);
    await reported('the secret "HOOK" is not set');
    for (const n of [2, 3]) await fulfil(own, n);
    // Who asks for it at once has to wait as well.
    const [newest] = await own.callbacks.list({ limit: 1 });
    await own.callbacks.redeliver(newest?.id ?? '');
    const waiting = await own.callbacks.list();
    expect(waiting.map(({ state, attempts }) => `${state} ${attempts}`)).to.deep.equal(
      Array.from({ length: 3 }, () => 'queued 0'),
    );
    const why =
      'callback "hook": the secret "HOOK" is not set; what waits for it is sent when that is mended';
    expect(waiting[0]?.error).to.include({ type: 'missing_secret', message: why });
    expect((await own.callbacks.get(newest?.id ?? '')).error?.message).to.equal(why);
    expect(reports.filter((one) => one.includes('HOOK'))).to.have.length(1);
    env['HOOK'] = secret;
    await own.reload(await programOf(folder));
    await receiver.received(3);
    while ((await own.callbacks.list({ states: ['succeeded'] })).length < 3) await new Promise(setImmediate);
    for (const { attempts, error } of await own.callbacks.list())
      expect([attempts, error]).to.deep.equal([1, undefined]);
  });

  it('go on by themselves when a source of secrets has it again', async () => {
    const folder = projectOf(projectOfHook(receiver.url));
    const values = new Map<string, string>();
    const { clock } = setClock();
    const waits: (() => void)[] = [];
    const sleep: typeof clock.sleep = (ms, signal) =>
      // Only looks of the courier are so far apart.
      ms === 30_000
        ? new Promise((resolve, reject) => {
            waits.push(resolve);
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
          })
        : clock.sleep(ms, signal);
    const own = await start(folder, {
      ports: {
        secrets: { get: (name) => values.get(name), values: () => [...values.values()] },
        clock: { ...clock, sleep },
      },
    });
    await fulfil(own);
    await reported('the secret "HOOK" is not set');
    values.set('HOOK', secret);
    while (receiver.got.length === 0) {
      waits.at(-1)?.();
      await new Promise(setImmediate);
    }
    expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 1 });
  });

  it('wait for an address whose environment variable is not set', async () => {
    const files = projectOfHook('{{env.WHERE}}');
    const config = { ...(files['engine.yaml'] as object), env: ['WHERE'] };
    const folder = projectOf({ ...files, 'engine.yaml': config });
    const env: Record<string, string> = { HOOK: secret };
    const own = await start(folder, { env });
    await fulfil(own);
    await reported('the environment variable "WHERE" is not set');
    expect(await delivery(own, () => true)).to.include({ state: 'queued', attempts: 0 });
    env['WHERE'] = receiver.url;
    await own.reload(await programOf(folder));
    expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 1 });
  });

  it('outlive that the config is saved without their callback for a moment', async () => {
    let isDown = true;
    const { url, got, close } = await receive(
      (response) => void response.writeHead(isDown ? 500 : 200).end(),
    );
    try {
      const hook = projectOfHook(url, { retry: { delay: '1h' } });
      const folder = projectOf(hook);
      const own = await start(folder);
      const runId = await fulfil(own);
      await delivery(own, ({ state }) => state === 'waiting');
      writeFiles(folder, without);
      await own.reload(await programOf(folder));
      await reported('the project has no callback "hook" any more');
      const gone = await delivery(own, ({ error }) => error?.type === 'not_found');
      expect(gone).to.include({ state: 'waiting', attempts: 1 });
      expect(gone.error?.message).to.match(
        /^the project has no callback "hook" any more; what waits for it is given up at \d{4}-.*Z, unless it is there again$/,
      );
      // Nothing new is told meanwhile, and nothing can be sent.
      await fulfil(own, 2);
      const code = await own.callbacks.redeliver(gone.id).catch((thrown: unknown) => asProblem(thrown).code);
      expect(code).to.equal('not_found');
      isDown = false;
      writeFiles(folder, hook);
      await own.reload(await programOf(folder));
      const back = await delivery(own, ({ error }) => error?.type !== 'not_found');
      expect(back).to.include({ state: 'waiting', attempts: 1 });
      await own.callbacks.redeliver(back.id);
      expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 2 });
      expect(got.map(({ body }) => body['runId'])).to.deep.equal([runId, runId]);
      expect(reports.filter((one) => one.includes('given up'))).to.have.length(1);
    } finally {
      close();
    }
  });

  it('are given up when their callback is gone for a day, over restarts, and delivered once it is back', async () => {
    let isDown = true;
    const { url, got, close } = await receive(
      (response) => void response.writeHead(isDown ? 500 : 200).end(),
    );
    try {
      const hook = projectOfHook(url, { retry: { delay: '30d', maxDelay: '30d' } });
      const folder = projectOf(hook);
      const store: Store = { ...openMemoryStore(), close: async () => undefined };
      const { clock, by } = setClock();
      const options = { store, ports: { clock } };
      let own = await start(folder, options);
      const runId = await fulfil(own);
      await delivery(own, ({ state }) => state === 'waiting');
      writeFiles(folder, without);
      await own.reload(await programOf(folder));
      await delivery(own, ({ error }) => error?.type === 'not_found');
      await own.close();
      by(23 * hourMs);
      own = await start(folder, options);
      expect(await delivery(own, ({ error }) => error?.type === 'not_found')).to.include({
        state: 'waiting',
      });
      by(2 * hourMs);
      await own.reload(await programOf(folder));
      const gone = await delivery(own);
      expect(gone).to.include({ state: 'failed', attempts: 1 });
      expect(gone.error?.message).to.equal(
        'the project has had no callback "hook" for a day; once it has it again, redeliver this',
      );
      isDown = false;
      writeFiles(folder, hook);
      await own.reload(await programOf(folder));
      await own.callbacks.redeliver(gone.id);
      expect(await delivery(own)).to.include({ state: 'succeeded', attempts: 2 });
      expect(got.map(({ body }) => body['runId'])).to.deep.equal([runId, runId]);
      // When it is gone once more, that is another day.
      isDown = true;
      await own.callbacks.redeliver(gone.id);
      await delivery(own, ({ state }) => state === 'waiting');
      writeFiles(folder, without);
      await own.reload(await programOf(folder));
      expect(await delivery(own, ({ error }) => error?.type === 'not_found')).to.include({
        state: 'waiting',
      });
    } finally {
      close();
    }
  });

  it('are sent also when the clock was set back by more than they may wait', async () => {
    const { clock, by } = setClock();
    const dead = await receive((response) => void response.writeHead(500).end());
    try {
      const folder = projectOf(projectOfHook(dead.url, { retry: { delay: '1h' } }));
      const own = await start(folder, { ports: { clock } });
      const runId = await fulfil(own);
      await delivery(own, ({ state }) => state === 'waiting');
      by(-1000 * 24 * hourMs);
      writeFiles(folder, projectOfHook(receiver.url));
      await own.reload(await programOf(folder));
      await receiver.received(1);
      expect(receiver.got[0]?.body).to.include({ runId });
      await fulfil(own, 2);
      await receiver.received(2);
    } finally {
      dead.close();
    }
  });
});
