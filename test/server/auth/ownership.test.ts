import { expect } from 'chai';
import { authProject, startAuthWorld, tokens, type AuthWorld } from './world.ts';
import { errorOf, type Answer } from '../world.ts';

const { ann, bob, root, none } = tokens;

describe('what callers own', () => {
  let world: AuthWorld;

  beforeEach(async () => {
    world = await startAuthWorld();
  });
  afterEach(() => world.close());

  const prompt = (token: string, instance: string, message = 'hi'): Promise<Answer> =>
    world.send(token, 'POST', `/agents/echo/${instance}`, { message });
  const started = async (token: string, workflow: string): Promise<string> =>
    String((await world.send(token, 'POST', `/workflows/${workflow}`, {})).body['runId']);
  const ended = (runId: string): Promise<unknown> => world.engine.runs.wait(runId);
  const waiting = async (runId: string): Promise<void> => {
    while ((await world.engine.runs.get(runId)).state !== 'waiting') await new Promise(setImmediate);
  };

  it('an instance is of whoever wrote to it first, and there is none for others', async () => {
    await prompt(ann, 'hers');
    const there = [
      await prompt(bob, 'hers'),
      await world.send(bob, 'GET', '/agents/echo/hers/sessions'),
      await world.send(bob, 'GET', '/agents/echo/hers/sessions/default'),
      await world.send(bob, 'POST', '/agents/echo/hers/abort', {}),
      await world.send(bob, 'POST', '/agents/echo/hers/dispatch', { message: 'hi' }),
      await world.send(bob, 'DELETE', '/agents/echo/hers'),
    ];
    for (const { status, body } of there) {
      expect(status).to.equal(404);
      expect(errorOf({ body })).to.deep.equal({
        type: 'not_found',
        message: 'agent "echo" has no instance "hers"',
      });
    }
    const nowhere = await world.send(bob, 'GET', '/agents/echo/nowhere/sessions');
    expect([nowhere.status, errorOf(nowhere)['message']]).to.deep.equal([
      404,
      'agent "echo" has no instance "nowhere"',
    ]);
    expect((await world.send(ann, 'GET', '/agents/echo/hers/sessions')).status).to.equal(200);
    // The same id of another agent is another instance.
    expect((await world.send(bob, 'POST', '/agents/other/hers', { message: 'hi' })).status).to.equal(200);
  });

  it('a page behind what is another caller’s is one behind nothing', async () => {
    await prompt(ann, 'hers');
    const { submissions } = (await world.send(ann, 'GET', '/submissions')).body as {
      submissions: { submissionId: string }[];
    };
    const ids = {
      run: await started(ann, 'sign'),
      submission: submissions[0]?.submissionId ?? '',
    };
    for (const [kind, id] of Object.entries(ids))
      for (const path of [
        `/${kind}s?before=${id}`,
        `/approvals?${kind}=${id}`,
        `/approvals?after=${id}%2Fok`,
      ]) {
        const [hers, none] = [await world.send(bob, 'GET', path), await world.send(bob, 'GET', `${path}x`)];
        expect([hers.status, errorOf(hers)], path).to.deep.equal([
          404,
          { type: `${kind}_not_found`, message: `no ${kind} "${id}"` },
        ]);
        if (!path.includes('after')) expect(errorOf(none)['message']).to.equal(`no ${kind} "${id}x"`);
        expect((await world.send(ann, 'GET', path)).status, path).to.equal(200);
      }
  });

  it('stopping and deleting what is not there makes it nobody’s own', async () => {
    const there = [
      await world.send(bob, 'POST', '/agents/echo/later/abort', {}),
      await world.send(bob, 'DELETE', '/agents/echo/later'),
      await world.send(bob, 'DELETE', '/agents/echo/later/sessions/default'),
    ];
    for (const { status, body } of there)
      expect([status, errorOf({ body })['message']]).to.deep.equal([
        404,
        'agent "echo" has no instance "later"',
      ]);
    expect((await prompt(ann, 'later')).status).to.equal(200);
  });

  it('an instance that many write to at once is of one of them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => prompt(at % 2 === 0 ? ann : bob, 'raced')),
    );
    const winners = new Set(answers.flatMap(({ status }, at) => (status === 200 ? [at % 2] : [])));
    expect(winners.size).to.equal(1);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(10);
    expect(answers.filter(({ status }) => status === 404)).to.have.length(10);
  });

  it('a request that is refused makes nothing its caller’s', async () => {
    const at = '/agents/echo/free';
    const refused: readonly (readonly [
      status: number,
      method: string,
      path: string,
      body?: unknown,
      headers?: object,
    ])[] = [
      [400, 'POST', at, { mesage: 'hi' }],
      [400, 'POST', at, 'hi'],
      [400, 'POST', at, { message: '' }],
      [400, 'POST', at, { message: 'hi', role: 'nobody' }],
      [400, 'POST', at, { message: 'hi', model: 'none/none' }],
      [400, 'POST', `${at}?onDisconnect=maybe`, { message: 'hi' }],
      [406, 'POST', at, { message: 'hi' }, { accept: 'text/html' }],
      [413, 'POST', at, { message: 'x'.repeat(3000) }],
      [415, 'POST', at, { message: 'hi' }, { 'content-type': 'text/plain' }],
      [400, 'POST', `${at}/dispatch`, {}],
      [400, 'POST', `${at}/tasks`, {}],
      [404, 'POST', `${at}/tasks`, { prompt: 'Look.', agent: 'nobody' }],
      [404, 'POST', `${at}/skills/none`, {}],
      [400, 'PUT', `${at}/sessions/one`, { name: 'two' }],
      [404, 'POST', `${at}/sessions/one/fork`, { session: 'two' }],
      [404, 'POST', `${at}/sessions/one/compact`, {}],
      [415, 'POST', `${at}/sessions/one/import`, {}],
      [400, 'POST', `${at}/sessions/one/import`, {}, { 'content-type': 'application/jsonl' }],
    ];
    const small = await startAuthWorld({ options: { bodyBytes: 2000 } });
    try {
      for (const [status, method, path, body, headers = {}] of refused) {
        const { status: given } = await small.send(ann, method, path, body, { ...headers });
        expect(given, `${method} ${path} ${JSON.stringify(body)}`.slice(0, 100)).to.equal(status);
      }
      expect((await small.send(bob, 'POST', at, { message: 'hi' })).status).to.equal(200);
      expect((await small.send(ann, 'POST', at, { message: 'hi' })).status).to.equal(404);
    } finally {
      await small.close();
    }
  });

  it('a request that is refused takes nothing from what its caller asks beside it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const path = `/agents/echo/mixed-${round}`;
      const roles = [undefined, 'nobody', 'nobody', undefined, 'nobody'];
      const asks = [...roles.slice(round % 5), ...roles.slice(0, round % 5)].map((role) =>
        world.send(ann, 'POST', `${path}/dispatch`, { message: 'hi', role }),
      );
      const statuses = (await Promise.all(asks)).map(({ status }) => status);
      expect(statuses.sort()).to.deep.equal([202, 202, 400, 400, 400]);
      expect((await world.send(bob, 'POST', path, { message: 'hi' })).status).to.equal(404);
      expect((await world.send(ann, 'POST', path, { message: 'hi' })).status).to.equal(200);
    }
  });

  it('ids that look alike are different instances', async () => {
    await world.send(ann, 'POST', `/agents/echo/${encodeURIComponent('acme/alice')}`, { message: 'hi' });
    for (const id of ['acme:alice', 'acme alice', 'ACME/alice', 'acme%2Falice', 'acme.alice'])
      expect(
        (await world.send(bob, 'POST', `/agents/echo/${encodeURIComponent(id)}`, { message: 'hi' })).status,
      ).to.equal(200);
    expect((await prompt(bob, encodeURIComponent('acme/alice'))).status).to.equal(404);
  });

  it('what was there before anybody could own it is the operators', async () => {
    await world.engine.agents.session('echo', 'program').prompt('hi');
    await world.engine.dispatch('echo', { instance: 'channel', message: 'hi' });
    for (const instance of ['program', 'channel']) {
      expect((await prompt(ann, instance)).status).to.equal(404);
      expect((await world.send(ann, 'GET', `/agents/echo/${instance}/sessions`)).status).to.equal(404);
      expect((await prompt(root, instance)).status).to.equal(200);
      expect((await world.send(none, 'GET', `/agents/echo/${instance}/sessions`)).status).to.equal(200);
    }
    const { runId } = await world.engine.workflows.start('plain', {});
    expect((await world.send(ann, 'GET', `/runs/${runId}`)).status).to.equal(404);
    expect((await world.send(root, 'GET', `/runs/${runId}`)).status).to.equal(200);
  });

  it('a run is of whoever started it, with the runs that it starts', async () => {
    const runId = await started(ann, 'outer');
    await ended(runId);
    const { body } = await world.send(ann, 'GET', '/runs');
    const runs = body['runs'] as { runId: string; parent?: string }[];
    expect(runs.map(({ parent }) => parent)).to.deep.equal([runId, undefined]);
    for (const id of runs.map((run) => run.runId)) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/events'],
        ['GET', '/stream'],
        ['GET', '/why?step=inner'],
        ['POST', '/cancel'],
        ['POST', '/redrive'],
        ['POST', '/resume'],
        ['POST', '/fork'],
        ['POST', '/signals/topic'],
      ] as const) {
        const of = await world.send(bob, method, `/runs/${id}${path}`, method === 'POST' ? {} : undefined);
        expect([path, of.status, errorOf(of)]).to.deep.equal([
          path,
          404,
          { type: 'run_not_found', message: `no run "${id}"` },
        ]);
      }
    }
    const unknown = 'workflow:plain:01J00000000000000000000000';
    expect(errorOf(await world.send(bob, 'GET', `/runs/${unknown}`))).to.deep.equal({
      type: 'run_not_found',
      message: `no run "${unknown}"`,
    });
    const again = await world.send(ann, 'POST', `/runs/${runId}/fork`, { from: 'inner' });
    expect(again.status).to.equal(202);
    const next = String(again.body['runId']);
    expect((await world.send(ann, 'GET', `/runs/${next}`)).status).to.equal(200);
    expect((await world.send(bob, 'GET', `/runs/${next}`)).status).to.equal(404);
  });

  it('a message is of whoever its instance is', async () => {
    const { body } = await world.send(ann, 'POST', '/agents/echo/hers/dispatch', { message: 'hi' });
    const id = String(body['submissionId']);
    await world.engine.submissions.wait(id);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['GET', '/stream'],
      ['POST', '/abort'],
    ] as const) {
      const of = await world.send(
        bob,
        method,
        `/submissions/${id}${path}`,
        method === 'POST' ? {} : undefined,
      );
      expect([path, of.status, errorOf(of)]).to.deep.equal([
        path,
        404,
        { type: 'submission_not_found', message: `no submission "${id}"` },
      ]);
    }
    // A run is no message, whoever asks.
    expect((await world.send(root, 'GET', `/runs/${id}`)).status).to.equal(404);
    // What the program says to it is also hers.
    const more = await world.engine.dispatch('echo', { instance: 'hers', message: 'more' });
    expect((await world.send(ann, 'GET', `/submissions/${more.submissionId}`)).status).to.equal(200);
    const list = await world.send(ann, 'GET', '/submissions');
    expect((list.body['submissions'] as object[]).length).to.equal(2);
  });

  it('lists show what is one’s own, page by page', async () => {
    const hers: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      hers.unshift(await started(ann, 'plain'));
      await started(bob, 'plain');
      await world.engine.workflows.start('plain', {});
      await prompt(ann, `a-${count}`);
      await prompt(bob, `b-${count}`);
    }
    const pages: string[][] = [];
    for (let next: string | null = ''; next !== null;) {
      const { body } = await world.send(ann, 'GET', `/runs?limit=2${next === '' ? '' : `&before=${next}`}`);
      pages.push((body['runs'] as { runId: string }[]).map(({ runId }) => runId));
      next = body['next'] as string | null;
    }
    expect(pages).to.deep.equal([hers.slice(0, 2), hers.slice(2, 4), hers.slice(4)]);
    const all = await world.send(none, 'GET', '/runs');
    expect((all.body['runs'] as object[]).length).to.equal(15);
    const instances: string[][] = [];
    for (let next: string | null = ''; next !== null;) {
      const query = `limit=2${next === '' ? '' : `&after=${next}`}`;
      const { body } = await world.send(bob, 'GET', `/agents/echo/instances?${query}`);
      instances.push((body['instances'] as { instance: string }[]).map(({ instance }) => instance));
      next = body['next'] as string | null;
    }
    expect(instances.flat()).to.deep.equal(['b-0', 'b-1', 'b-2', 'b-3', 'b-4']);
    expect((await world.send(ann, 'GET', '/submissions?limit=3')).body['submissions']).to.have.length(3);
    expect((await world.send(ann, 'GET', '/submissions')).body['submissions']).to.have.length(5);
    expect((await world.send(bob, 'GET', `/runs?before=${hers[0] ?? ''}`)).status).to.equal(404);
  });

  it('the same idempotency key of two callers is two', async () => {
    const send = (token: string) =>
      world.send(token, 'POST', '/workflows/plain', {}, { 'idempotency-key': 'order-1' });
    const [first, other, again] = [await send(ann), await send(bob), await send(ann)];
    expect(first.body['runId']).to.equal(again.body['runId']);
    expect(other.body['runId']).not.to.equal(first.body['runId']);
    const talk = (token: string, id: string) =>
      world.send(token, 'POST', `/agents/echo/${id}/dispatch`, { message: 'hi' }, { 'idempotency-key': 'k' });
    expect((await talk(ann, 'x')).body['submissionId']).not.to.equal(
      (await talk(bob, 'y')).body['submissionId'],
    );
  });

  it('an operator reads and stops the work of others, and does nothing in their name', async () => {
    await prompt(ann, 'hers');
    const runId = await started(ann, 'sign');
    await waiting(runId);
    expect((await world.send(root, 'GET', '/agents/echo/hers/sessions/default')).status).to.equal(200);
    expect((await prompt(root, 'hers')).status).to.equal(404);
    expect((await world.send(root, 'DELETE', '/agents/echo/hers')).status).to.equal(404);
    expect((await world.send(root, 'POST', `/runs/${runId}/signals/topic`, {})).status).to.equal(404);
    expect((await world.send(root, 'POST', '/agents/echo/hers/abort', {})).status).to.equal(200);
    expect((await world.send(root, 'POST', `/runs/${runId}/cancel`, {})).body).to.deep.equal({
      cancelled: true,
    });
  });

  it('an approval is for the owner of the run, an operator, and those whom it names', async () => {
    const plain = await started(bob, 'sign');
    const named = await started(bob, 'four_eyes');
    await Promise.all([waiting(plain), waiting(named)]);
    const seen = async (token: string): Promise<string[]> =>
      ((await world.send(token, 'GET', '/approvals')).body['approvals'] as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await seen(bob)).to.deep.equal([`${named}/ok`, `${plain}/ok`]);
    expect(await seen(ann)).to.deep.equal([`${named}/ok`]);
    expect(await seen(root)).to.deep.equal([`${named}/ok`, `${plain}/ok`]);
    const answer = (token: string, id: string, more = {}): Promise<Answer> =>
      world.send(token, 'POST', `/approvals/${encodeURIComponent(`${id}/ok`)}`, {
        decision: 'approved',
        ...more,
      });
    expect((await answer(ann, plain)).status).to.equal(404);
    // Who started it may not decide it, whatever name is written.
    expect(errorOf(await answer(bob, named))['message']).to.match(
      /another one than "bob", who started the run/,
    );
    expect(errorOf(await answer(bob, named, { by: 'ann' }))).to.deep.equal({
      type: 'forbidden',
      message: 'you are signed in as "bob" and cannot answer as "ann"; leave "by" out',
    });
    expect((await answer(ann, named)).status).to.equal(200);
    expect((await answer(root, plain)).status).to.equal(200);
    await Promise.all([ended(named), ended(plain)]);
    // Who was asked hears that it is answered; who was not, nothing.
    expect((await answer(ann, named)).status).to.equal(409);
    expect((await answer(ann, plain)).status).to.equal(404);
    expect((await world.send(ann, 'GET', `/runs/${named}`)).status).to.equal(404);
  });
});

describe('what callers own', () => {
  it('is theirs after a restart', async () => {
    const project = authProject();
    const first = await startAuthWorld({ project });
    await first.send(ann, 'POST', '/agents/echo/hers', { message: 'hi' });
    const { body } = await first.send(ann, 'POST', '/workflows/plain?wait=result', {});
    await first.close();
    const second = await startAuthWorld({ project });
    try {
      const path = `/runs/${String(body['runId'])}`;
      expect((await second.send(bob, 'POST', '/agents/echo/hers', { message: 'hi' })).status).to.equal(404);
      expect((await second.send(ann, 'POST', '/agents/echo/hers', { message: 'hi' })).status).to.equal(200);
      expect((await second.send(bob, 'GET', path)).status).to.equal(404);
      expect((await second.send(ann, 'GET', path)).status).to.equal(200);
      expect((await second.send(ann, 'GET', '/runs')).body['runs']).to.have.length(1);
    } finally {
      await second.close();
    }
  });
});
