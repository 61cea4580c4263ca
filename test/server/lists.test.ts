import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { createEngine } from '../../engine/engine.ts';
import { programOf } from '../fakes/project.ts';
import { errorOf, startWorld, type World } from './world.ts';

describe('lists, answers without waiting, and callers who leave', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  const said = async (path: string): Promise<{ id: string; next: string | null }[]> => {
    const { status, body } = await world.send('GET', path);
    expect(status, JSON.stringify(body)).to.equal(200);
    const [items] = Object.values(body) as [{ submissionId?: string; session?: string }[]];
    const next = body['next'] as string | null;
    return items.map((item) => ({ id: item.submissionId ?? item.session ?? '', next }));
  };
  const ids = async (path: string): Promise<string[]> => (await said(path)).map(({ id }) => id);

  it('submissions are narrowed and paged, and a page stays right while new ones come', async () => {
    const send = async (instance: string, session = 'default') =>
      (await world.engine.agents.session('echo', instance, session).prompt('Hi')).submissionId;
    const a = [await send('one'), await send('one', 'side'), await send('one.b'), await send('two')];
    const all = [...a].reverse();
    expect(await ids('/submissions')).to.deep.equal(all);
    expect(await ids('/submissions?agent=echo&instance=one')).to.deep.equal([a[1], a[0]]);
    expect(await ids('/submissions?agent=echo&instance=one&session=side')).to.deep.equal([a[1]]);
    expect(await ids('/submissions?agent=counter')).to.deep.equal([]);
    expect(await ids('/submissions?state=failed,queued')).to.deep.equal([]);
    expect(await ids(`/submissions?since=${new Date(Date.now() + 60_000).toISOString()}`)).to.deep.equal([]);
    const first = await said('/submissions?limit=3');
    await send('three');
    expect(await ids(`/submissions?limit=3&before=${first[0]?.next ?? ''}`)).to.deep.equal([a[0]]);
    expect((await world.send('GET', '/submissions?before=sub_none')).status).to.equal(404);
    expect((await world.send('GET', '/submissions?instance=one')).status).to.equal(400);
    expect((await world.send('GET', '/submissions?since=yesterday')).status).to.equal(400);
    expect((await world.send('GET', '/runs?before=none')).status).to.equal(404);
  });

  it('sessions say whether they are at work; a page of messages goes on where the last one ended', async () => {
    const { engine } = world;
    for (const message of ['a', 'b', 'c']) await engine.agents.session('echo', 'one').prompt(message);
    const pending = world.send('POST', '/agents/echo/one', { message: 'wait', session: 'work' });
    await world.reached;
    const { body } = await world.send('GET', '/agents/echo/one/sessions?limit=2');
    const sessions = body['sessions'] as { session: string; state: string; pending: number }[];
    expect(sessions.map(({ session, state, pending: count }) => [session, state, count])).to.deep.equal([
      ['default', 'idle', 0],
      ['work', 'busy', 1],
    ]);
    expect(await ids(`/agents/echo/one/sessions?after=${String(body['next'])}`)).to.deep.equal([]);
    const texts: string[] = [];
    let next: unknown = undefined;
    for (
      let at = '/agents/echo/one/sessions/default?limit=4';
      next !== null;
      at = `${at}&after=${String(next)}`
    ) {
      const page = (await world.send('GET', at.replace(/&after=\d+(?=&after)/, ''))).body;
      texts.push(
        ...(page['messages'] as { content: { text: string }[] }[]).map(
          ({ content }) => content[0]?.text ?? '',
        ),
      );
      next = page['next'];
    }
    expect(texts).to.deep.equal(['a', 'You said: a', 'b', 'You said: b', 'c', 'You said: c']);
    const newest = await world.send('GET', '/agents/echo/one/sessions/default/entries?order=newest&limit=1');
    expect((newest.body['entries'] as { id: string }[]).map(({ id }) => id)).to.deep.equal(['5']);
    world.open();
    await pending;
  });

  it('an instance is deleted with all that was said to it, unless it works', async () => {
    await world.send('POST', '/agents/echo/one', { message: 'Hi' });
    const pending = world.send('POST', '/agents/echo/one', { message: 'wait', session: 'work' });
    await world.reached;
    const busy = await world.send('DELETE', '/agents/echo/one');
    expect([busy.status, errorOf(busy)['type']]).to.deep.equal([409, 'session_busy']);
    expect((await world.send('DELETE', '/agents/echo/one?abort=true&records=true')).status).to.equal(204);
    expect((await pending).status).to.equal(499);
    expect((await world.send('DELETE', '/agents/echo/one')).status).to.equal(404);
    expect(await ids('/submissions')).to.deep.equal([]);
    expect((await world.send('GET', '/agents/echo/instances')).body['instances']).to.deep.equal([]);
  });

  it('who prefers not to wait gets a receipt, and the message is carried through', async () => {
    const { status, headers, body } = await world.send(
      'POST',
      '/agents/echo/one',
      { message: 'Hi' },
      { prefer: 'wait=10, respond-async' },
    );
    expect(status).to.equal(202);
    expect(headers.get('preference-applied')).to.equal('respond-async');
    expect(headers.get('location')).to.equal(`/submissions/${String(body['submissionId'])}`);
    const record = await world.engine.submissions.wait(String(body['submissionId']));
    expect(record.output).to.equal('You said: Hi');
    const quoted = { prefer: 'note="now, respond-async, or never"' };
    expect((await world.send('POST', '/agents/echo/one', { message: 'Hi' }, quoted)).status).to.equal(200);
  });

  it('a page of executions, which have no inputs, is one read of the store', async () => {
    const memory = openMemoryStore();
    const reads: (number | undefined)[] = [];
    const counting = await startWorld(
      {},
      {
        store: {
          ...memory,
          executions: {
            ...memory.executions,
            list(filter) {
              reads.push(filter.limit);
              return memory.executions.list(filter);
            },
          },
        },
      },
    );
    try {
      for (let count = 0; count < 12; count += 1)
        await counting.engine.agents.session('echo', 'one').prompt('Hi');
      reads.length = 0;
      const { body } = await counting.send('GET', '/admin/executions');
      expect([(body['executions'] as unknown[]).length, body['next'], reads]).to.deep.equal([
        12,
        null,
        [100],
      ]);
    } finally {
      await counting.close();
    }
  });

  it('a caller who leaves ends the work only if it said so', async () => {
    for (const [path, body, accept] of [
      ['/agents/echo/one?onDisconnect=cancel', { message: 'wait' }, 'application/json'],
      ['/agents/echo/two?onDisconnect=cancel', { message: 'wait' }, 'text/event-stream'],
      ['/workflows/stall?wait=result&onDisconnect=cancel', {}, 'application/json'],
    ] as const) {
      const left = new AbortController();
      const asked = fetch(world.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
        signal: left.signal,
      }).then(
        (response) => response.text(),
        () => undefined,
      );
      while ((await world.engine.executions({ states: ['running'] })).length === 0)
        await new Promise(setImmediate);
      left.abort();
      await asked.catch(() => undefined);
      const [newest] = await world.engine.executions({ limit: 1 });
      for (;;) {
        const [now] = await world.engine.executions({ limit: 1 });
        if (now?.state === 'cancelled' || now?.state === 'failed') break;
        await new Promise(setImmediate);
      }
      expect(newest?.id, path).to.be.a('string');
    }
  });
});

describe('approvals by the page', () => {
  it('every open one comes once, also when some are answered between the pages', async () => {
    const engine = await createEngine({
      program: await programOf({
        'engine.yaml': { name: 'asks' },
        'workflows/ask.yaml': {
          description: 'Asks twice.',
          steps: [
            {
              id: 'both',
              parallel: {
                branches: {
                  a: [{ id: 'x', approval: { title: 'A?' } }],
                  b: [{ id: 'y', approval: { title: 'B?' } }],
                },
              },
            },
          ],
        },
      }),
      store: 'memory',
    });
    const runs = [];
    for (let count = 0; count < 3; count += 1) runs.push((await engine.workflows.start('ask')).runId);
    while ((await engine.approvals.list()).length < 6) await new Promise(setImmediate);
    const all = (await engine.approvals.list()).map(({ id }) => id);
    const first = await engine.approvals.list({ limit: 3 });
    expect(first.map(({ id }) => id)).to.deep.equal(all.slice(0, 3));
    const last = first.at(-1);
    await engine.approvals.resolve(last?.runId ?? '', last?.step ?? '', { decision: 'approved' });
    const second = await engine.approvals.list({ limit: 3, after: last?.id ?? '' });
    expect(second.map(({ id }) => id)).to.deep.equal(all.slice(3));
    expect(await engine.approvals.list({ after: all.at(-1) ?? '' })).to.deep.equal([]);
    await engine.close();
  });
});
