import { expect } from 'chai';
import { join } from 'node:path';
import { createSystemClock } from '../../../engine/adapters/clock/system.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { openMemoryStore } from '../../../engine/adapters/store/memory.ts';
import { createEngine } from '../../../engine/engine.ts';
import { programOf, temporaryFolder } from '../../fakes/project.ts';
import { all, closeEngines, engineOf, failureOf, fakeModels, gate, linesOf } from '../kit.ts';
import { project } from './project.ts';

const call = { calls: [{ tool: 'ls', input: {} }] };

describe('sessions: what is kept of them', () => {
  afterEach(closeEngines);

  it('sessions are created, found, listed and deleted, and every mistake has its code', async () => {
    const { engine } = await engineOf(project);
    const sessions = engine.agents.sessions('a', 'x');
    expect(await sessions.list()).to.deep.equal([]);
    await engine.agents.session('a', 'x', 'talk').prompt('Hi');
    await sessions.create('empty');
    // Names whose keys stand close to each other.
    for (const name of ['b', 'b-b', 'b.b', 'b b', 'ä/ö']) await sessions.create(name);
    await engine.agents.session('a', 'xx', 'other').prompt('Hi');
    const names = (await sessions.list()).map(({ session }) => session);
    expect([...names].sort()).to.deep.equal(['b', 'b b', 'b-b', 'b.b', 'empty', 'talk', 'ä/ö']);
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await sessions.list({ limit: 2, ...(after === undefined ? {} : { after }) });
      paged.push(...page.map(({ session }) => session));
      after = page.at(-1)?.session;
      if (page.length < 2) break;
    }
    expect(paged).to.deep.equal(names);
    const talk = (await sessions.list()).find(({ session }) => session === 'talk');
    expect(talk).to.include({ entries: 2 });
    expect(await failureOf(sessions.create('talk'))).to.deep.equal({
      type: 'conflict',
      message: 'there is a session "talk" of "a/x" already',
    });
    expect(await failureOf(sessions.create('empty'))).to.include({ type: 'conflict' });
    expect(await failureOf(sessions.get('nobody'))).to.deep.equal({
      type: 'session_not_found',
      message: 'there is no session "nobody" of "a/x"',
    });
    expect(await failureOf(sessions.delete('nobody'))).to.include({ type: 'session_not_found' });
    await (await sessions.get('empty')).delete();
    await sessions.delete('talk');
    expect(await failureOf(sessions.get('talk'))).to.include({ type: 'session_not_found' });
    expect(await engine.agents.session('a', 'x', 'talk').history()).to.deep.equal([]);
    expect(await failureOf(sessions.create('..'))).to.include({ type: 'invalid_request' });
    expect(await failureOf(sessions.create('a\nb'))).to.include({ type: 'invalid_request' });
  });

  it('of many that create one session at once, one does', async () => {
    const { engine } = await engineOf(project);
    const sessions = engine.agents.sessions('a', 'x');
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => sessions.create('one')));
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('a session with work is not deleted, unless its work shall end first', async () => {
    const { engine } = await engineOf(project, () => new Promise(() => undefined));
    const session = engine.agents.session('a', 'x');
    const running = failureOf(session.prompt('one'));
    const waiting = failureOf(session.prompt('two'));
    for await (const event of session.stream('three')) {
      expect(event.type).to.equal('submission_queued');
      break;
    }
    expect(await failureOf(session.delete())).to.include({ type: 'session_busy' });
    await session.delete({ abort: true });
    expect(await running).to.deep.equal({ type: 'aborted', message: 'the session was deleted' });
    expect((await waiting).type).to.equal('aborted');
    expect(await session.history()).to.deep.equal([]);
    expect(await engine.agents.sessions('a', 'x').list()).to.deep.equal([]);
  });

  it('what is said after a session was deleted begins a new one', async () => {
    const store = openMemoryStore();
    const { engine, models } = await engineOf(project, undefined, { store });
    const session = engine.agents.session('a', 'x');
    await session.prompt('one');
    const deleted = session.delete();
    await Promise.all([deleted.catch(() => undefined), session.prompt('two').catch(() => undefined)]);
    await session.delete({ abort: true });
    await session.prompt('three');
    expect(linesOf(models.requests.at(-1)?.messages ?? [])).to.deep.equal(['user: three']);
    expect((await session.entries()).entries.map(({ id }) => id)).to.deep.equal(['0', '1']);
  });

  it('the sessions of tasks go with the session that gave them, and records when that is wanted', async () => {
    const store = openMemoryStore();
    const { engine } = await engineOf(
      project,
      [{ calls: [{ tool: 'task', input: { prompt: 'dig', agent: 'helper' } }] }, 'Dug.', 'Done.', 'By hand.'],
      { store },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go.');
    await session.task('again');
    const keys = async (): Promise<number> => (await store.documents.keys('entries', { limit: 100 })).length;
    expect(await keys()).to.be.greaterThan(6);
    await session.delete();
    expect(await keys()).to.equal(0);
    expect(await engine.executions({})).to.have.length(2);
    await session.prompt('Once more.').catch(() => undefined);
    await session.delete({ records: true });
    expect(await engine.executions({})).to.deep.equal([]);
  });

  it('history comes by the page, from either end, with ids, times and sources', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x');
    for (let turn = 0; turn < 5; turn += 1) await session.skill('review');
    await session.shell('true');
    const ids = async (order: 'oldest' | 'newest', limit: number): Promise<string[]> => {
      const found: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await session.entries({ order, limit, ...(after === undefined ? {} : { after }) });
        found.push(
          ...page.entries.map((entry) => `${entry.id}${entry.kind === 'message' ? entry.source[1] : ''}`),
        );
        after = page.next;
        if (after === undefined) return found;
      }
    };
    const expected = Array.from({ length: 12 }, (_, at) => `${at}${at < 10 ? 'k' : 'h'}`);
    for (const limit of [1, 2, 3, 5, 11, 12, 13, 1000]) {
      expect(await ids('oldest', limit)).to.deep.equal(expected);
      expect(await ids('newest', limit)).to.deep.equal([...expected].reverse());
    }
    const { entries } = await session.entries({ limit: 1 });
    expect(Date.now() - Date.parse(entries[0]?.at ?? '')).to.be.within(0, 60_000);
    expect(await engine.agents.session('a', 'nobody').entries()).to.deep.equal({ entries: [] });
    for (const page of [{ limit: 0 }, { limit: 1001 }, { after: '-1' }, { after: 'x' }])
      expect(await failureOf(session.entries(page))).to.include({ type: 'invalid_request' });
  });

  it('a dispatched message says that it was one, and so does one of a run', async () => {
    const { engine } = await engineOf({
      ...project,
      'src/workflows/w.yaml':
        'steps:\n  - { id: ask, agent: plain, instance: x, session: default, message: from the run }\n',
    });
    const { submissionId } = await engine.dispatch('plain', { instance: 'x', message: 'Hi' });
    await engine.submissions.wait(submissionId);
    await engine.workflows.run('w');
    const { entries } = await engine.agents.session('plain', 'x').entries();
    expect(entries.map((entry) => entry.kind === 'message' && entry.source)).to.deep.equal([
      ...['dispatch', 'dispatch', 'workflow', 'workflow'],
    ]);
  });

  it('a fork has the history up to an entry, goes its own way, and is read by the model as it is', async () => {
    const { engine, models } = await engineOf(project, (request) => `heard ${request.messages.length}`);
    const session = engine.agents.session('a', 'x');
    await session.prompt('one');
    await session.prompt('two');
    const fork = await session.fork('branch', { at: '1' });
    expect(linesOf(await fork.history())).to.deep.equal(['user: one', 'assistant: heard 1']);
    await fork.prompt('other');
    expect(linesOf(models.requests.at(-1)?.messages ?? [])).to.deep.equal([
      'user: one',
      'assistant: heard 1',
      'user: other',
    ]);
    expect(await session.history()).to.have.length(4);
    const before = (await session.entries()).entries[0];
    expect((await fork.entries()).entries[0]).to.deep.equal(before);
    expect(await (await session.fork('all')).history()).to.deep.equal(await session.history());
    expect(await failureOf(session.fork('branch'))).to.include({ type: 'conflict' });
    expect(await failureOf(session.fork('new', { at: '4' }))).to.deep.equal({
      type: 'invalid_request',
      message: 'session "default" of "a/x" has no entry "4"',
    });
    expect(await failureOf(engine.agents.session('a', 'nobody').fork('new'))).to.include({
      type: 'session_not_found',
    });
  });

  it('a fork in the middle of tool calls, and one behind a summary, can be gone on with', async () => {
    const { engine, models } = await engineOf(project, (request) => {
      if (!request.system.includes('You are A.')) return 'Summed up.';
      return request.messages.at(-1)?.role === 'tool' || request.messages.length > 1 ? 'ok' : call;
    });
    const session = engine.agents.session('a', 'x');
    await session.prompt('one');
    const fork = await session.fork('cut', { at: '1' });
    await fork.prompt('on');
    expect(linesOf(models.requests.at(-1)?.messages ?? [])[2]).to.contain(
      'whether it took effect is unknown',
    );
    await session.prompt('two');
    await session.compact({ keepTokens: 1 });
    const summed = await session.fork('summed');
    await summed.prompt('three');
    const seen = linesOf(models.requests.at(-1)?.messages ?? []);
    expect(seen[0]).to.contain('Summed up.');
    expect(seen.at(-1)).to.equal('user: three');
    expect(linesOf(await summed.history()).slice(0, 4)).to.deep.equal(
      linesOf(await session.history()).slice(0, 4),
    );
  });

  it('a session goes out as lines and comes in again as it was', async () => {
    const { engine } = await engineOf(project, [call, 'ok', 'ok']);
    const session = engine.agents.session('a', 'x');
    await session.prompt('one', { images: [{ image: 'AQID', mediaType: 'image/png' }] });
    await session.shell('echo hi');
    await session.skill('review');
    const lines = await all(session.export());
    expect(lines).to.have.length(9);
    expect(JSON.parse(lines[0] ?? '')).to.deep.equal({
      format: 'flue-session',
      version: 1,
      agent: 'a',
      instance: 'x',
      session: 'default',
      entries: 8,
    });
    const { engine: other, models } = await engineOf(project);
    const sessions = other.agents.sessions('a', 'y');
    const text = lines.join('');
    const came = await sessions.import('copy', text);
    expect(await came.history()).to.deep.equal(await session.history());
    expect(await came.entries()).to.deep.equal(await session.entries());
    expect((await all(came.export())).slice(1)).to.deep.equal(lines.slice(1));
    await came.prompt('On.');
    expect(models.requests[0]?.messages.slice(0, 8)).to.deep.equal(await session.history());
    // In pieces of any size, with other ends of lines.
    const pieces = text.replaceAll('\n', '\r\n').match(/[\s\S]{1,7}/g) ?? [];
    expect(await (await sessions.import('again', pieces)).history()).to.have.length(8);
    expect(await failureOf(sessions.import('again', text))).to.include({ type: 'conflict' });
  });

  it('of lines of which one is wrong nothing is taken', async () => {
    const { engine } = await engineOf(project, [call, 'ok']);
    const session = engine.agents.session('a', 'x');
    await session.prompt('one');
    const lines = await all(session.export());
    const sessions = engine.agents.sessions('a', 'y');
    const head = (change: object): string =>
      `${JSON.stringify({ ...JSON.parse(lines[0] ?? ''), ...change })}\n`;
    const bad: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^there is no line/],
      [['hello\n'], /^line 1: it is not JSON$/],
      [[head({ version: 2 }), ...lines.slice(1)], /^line 1: .*version/],
      [[head({ format: 'other' }), ...lines.slice(1)], /^line 1: .*format/],
      [lines.slice(0, -1), /says 4 entries, and there are 3/],
      [[...lines, lines[1] ?? ''], /says 4 entries, and there are 5/],
      [
        [...lines.slice(0, 2), lines[2]?.slice(0, 20) ?? '', '\n', ...lines.slice(3)],
        /^line 3: it is not JSON$/,
      ],
      [
        [lines[0] ?? '', lines[1] ?? '', lines[3] ?? '', lines[2] ?? '', lines[4] ?? ''],
        /^line 3: it has a result of "call_1_1", which was not called$/,
      ],
      [
        [head({ entries: 3 }), ...lines.slice(1, 3), lines[4] ?? ''],
        /^line 4: the call "call_1_1" before it has no result$/,
      ],
      [[lines[0] ?? '', (lines[1] ?? '').replace('"user"', '"system"'), ...lines.slice(2)], /^line 2: /],
      [
        [lines[0] ?? '', (lines[1] ?? '').replace('"kind"', '"extra":1,"kind"'), ...lines.slice(2)],
        /^line 2: /,
      ],
    ];
    for (const [given, message] of bad) {
      const failure = await failureOf(sessions.import('s', given));
      expect(failure.type).to.equal('invalid_input');
      expect(failure.message).to.match(message);
    }
    expect(await sessions.list()).to.deep.equal([]);
    expect(await (await sessions.import('s', lines)).history()).to.have.length(4);
  });

  it('a session that was created or forked is there after a restart, and nothing of it is read twice', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const program = await programOf(project);
    const start = async (): ReturnType<typeof createEngine> =>
      createEngine({
        program,
        env: {},
        store: await openSqliteStore({ path }),
        ports: { models: fakeModels(() => 'ok') },
      });
    const first = await start();
    const session = first.agents.session('a', 'x');
    await session.prompt('one');
    await session.fork('branch');
    await first.agents.sessions('a', 'x').create('empty');
    await first.close();
    const second = await start();
    const found = await second.agents.sessions('a', 'x').list();
    expect(found.map(({ session, entries }) => [session, entries])).to.deep.equal([
      ['branch', 2],
      ['default', 2],
      ['empty', 0],
    ]);
    expect(await second.agents.session('a', 'x', 'branch').history()).to.have.length(2);
    await second.close();
  });

  it('two agents with the same instance id, and ids that look alike, share nothing', async () => {
    const { engine } = await engineOf(project);
    await engine.agents.session('a', 'u:1').prompt('secret');
    await engine.agents.session('a', 'u:1').writeFile('f', 'x');
    for (const other of [
      engine.agents.session('strict', 'u:1'),
      engine.agents.session('a', 'u_1'),
      engine.agents.session('a', 'u', '1'),
      engine.agents.session('a', 'u:1.default'),
    ]) {
      expect(await other.history()).to.deep.equal([]);
      expect(await other.exists('f')).to.equal(false);
    }
  });

  it('a turn costs the same whether the history is short or long', async () => {
    const store = openMemoryStore();
    let reads = 0;
    let writes = 0;
    const counted = {
      ...store,
      documents: {
        ...store.documents,
        getMany: (...args: Parameters<typeof store.documents.getMany>) => {
          reads += args[1].length;
          return store.documents.getMany(...args);
        },
        set: (...args: Parameters<typeof store.documents.set>) => {
          writes += 1;
          return store.documents.set(...args);
        },
      },
    };
    // What a turn has written so far is kept when it takes a second.
    const clock = { ...createSystemClock(), elapsed: () => 0 };
    const { engine } = await engineOf(project, undefined, { store: counted, ports: { clock } });
    const session = engine.agents.session('plain', 'x');
    const costs: number[][] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      [reads, writes] = [0, 0];
      await session.prompt(`turn ${turn}`);
      costs.push([reads, writes]);
    }
    expect(costs[199]).to.deep.equal(costs[1]);
    expect(costs[199]).to.deep.equal([0, 2]);
  });

  it('three prompts at once on each of many sessions lose nothing and mix nothing', async () => {
    const { opened, open } = gate();
    const { engine } = await engineOf(project, async (request) => {
      await opened;
      return `to ${linesOf(request.messages).at(-1) ?? ''}`;
    });
    const names = Array.from({ length: 30 }, (_, at) => `s${at}`);
    const work = names.flatMap((name) => {
      const session = engine.agents.session('plain', 'x', name);
      return ['a', 'b', 'c'].map((word) => session.prompt(`${name}${word}`));
    });
    open();
    await Promise.all(work);
    for (const name of names)
      expect(linesOf(await engine.agents.session('plain', 'x', name).history())).to.deep.equal(
        ['a', 'b', 'c'].flatMap((word) => [`user: ${name}${word}`, `assistant: to user: ${name}${word}`]),
      );
  });
});
