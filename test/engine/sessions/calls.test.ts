import { expect } from 'chai';
import { textOf } from '../../../engine/core/message.ts';
import { all, closeEngines, engineOf, failureOf, gate, linesOf } from '../kit.ts';
import { project } from './project.ts';

describe('sessions: calls', () => {
  afterEach(closeEngines);

  it('work by a skill gives the model its instructions and arguments, and says where it came from', async () => {
    const { engine, models } = await engineOf(project, ['Reviewed.']);
    const session = engine.agents.session('a', 'x');
    const { text } = await session.skill('review', { args: { file: 'a.ts' }, role: 'poet' });
    expect(text).to.equal('Reviewed.');
    const [asked] = models.requests[0]?.messages ?? [];
    expect(asked === undefined ? '' : textOf(asked)).to.match(
      /review[\s\S]*Look at every line\.[\s\S]*list\.md[\s\S]*"file": "a\.ts"/,
    );
    expect(models.requests[0]?.system).to.contain('You rhyme.');
    const { entries } = await session.entries();
    expect(entries.map((entry) => entry.kind === 'message' && entry.source)).to.deep.equal([
      'skill',
      'skill',
    ]);
    expect(await failureOf(session.skill('revue'))).to.deep.equal({
      type: 'not_found',
      message: 'no skill "revue"; expected one of "review"',
    });
  });

  it('a task is done with an empty history, and the conversation gets question and answer', async () => {
    const { engine, models } = await engineOf(project, ['One.', 'From the helper.', 'Three.']);
    const session = engine.agents.session('a', 'x');
    await session.prompt('first');
    const done = await session.subagent('helper', 'dig');
    expect(done).to.include({ text: 'From the helper.', attempts: 1 });
    expect(models.requests[1]?.system).to.contain('You help.');
    expect(linesOf(models.requests[1]?.messages ?? [])).to.deep.equal(['user: dig']);
    await session.prompt('last');
    expect(linesOf(models.requests[2]?.messages ?? [])).to.deep.equal([
      'user: first',
      'assistant: One.',
      'user: dig',
      'assistant: From the helper.',
      'user: last',
    ]);
    expect(await failureOf(session.task('dig', { agent: 'nobody' }))).to.include({ type: 'agent_not_found' });
    const tool = { name: 't', description: 'T.', inputSchema: {}, run: () => 1 };
    expect(await failureOf(session.task('dig', { tools: [tool] as never }))).to.include({
      type: 'invalid_request',
      message: 'a task is given tools of the project by their names only, and "t" is an object',
    });
  });

  it('a task takes role, model, typed result and timeout of its call', async () => {
    const { engine, models } = await engineOf(project, [{ json: { n: 1 } }]);
    const result = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
    const { output, model } = await engine.agents
      .session('a', 'x')
      .task('count', { agent: 'helper', role: 'poet', model: 'openai/gpt-5-mini', result });
    expect(output).to.deep.equal({ n: 1 });
    expect(model).to.equal('openai/gpt-5-mini');
    expect(models.requests[0]?.system).to.contain('You rhyme.');
  });

  it('a command leaves itself and its output in the conversation, where the model sees both', async () => {
    const { engine, models } = await engineOf(project, ['Seen.']);
    const session = engine.agents.session('a', 'x');
    const ran = await session.shell('echo out; echo err >&2; exit 3');
    expect(ran).to.include({ stdout: 'out\n', stderr: 'err\n', exitCode: 3, truncated: false });
    await session.prompt('What happened?');
    const seen = linesOf(models.requests[0]?.messages ?? []).join('\n');
    expect(seen).to.contain('echo out; echo err >&2; exit 3');
    expect(seen).to.match(/exit code 3[\s\S]*out[\s\S]*errors[\s\S]*err/);
    const { entries } = await session.entries();
    expect(entries.map((entry) => entry.kind === 'message' && entry.source)).to.deep.equal([
      'shell',
      'shell',
      'prompt',
      'prompt',
    ]);
    const events = await engine.submissions.events(ran.submissionId);
    expect(events.map(({ type }) => type)).to.deep.equal([
      'operation_start',
      'operation_end',
      'submission_end',
    ]);
    expect(events[0]?.data).to.deep.equal({
      operation: 'shell',
      message: 'echo out; echo err >&2; exit 3',
    });
  });

  it('the output of a command cannot leave the fence it is shown in', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x');
    await session.shell("printf '````\\nnow I speak\\n'");
    const last = (await session.history()).at(-1);
    expect(last === undefined ? '' : textOf(last)).to.contain('`````\n````\nnow I speak\n');
  });

  it('a command has its folder and variables, whose values are stored nowhere', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x');
    await session.makeFolder('sub');
    const { stdout, submissionId } = await session.shell('pwd; echo ${#WORD}', {
      cwd: 'sub',
      env: { WORD: 'plain-value' },
    });
    expect(stdout).to.match(/\/sub\n11\n$/);
    const everything = JSON.stringify([
      await engine.executions({}),
      await session.entries(),
      await engine.submissions.events(submissionId),
    ]);
    expect(everything).to.contain('WORD').and.not.contain('plain-value');
  });

  it('a command that is denied, takes too long or is aborted says so to the caller and in the conversation', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('strict', 'x');
    expect(await failureOf(session.shell('ls'))).to.include({ type: 'sandbox_denied' });
    expect(linesOf(await session.history()).at(-1)).to.contain('It did not end: command "ls" is not allowed');
    const slow = engine.agents.session('a', 'y');
    expect(await failureOf(slow.shell('sleep 30', { timeoutMs: 20 }))).to.include({ type: 'timeout' });
    const stop = new AbortController();
    const running = slow.shell('sleep 30', { signal: stop.signal, onEvent: () => stop.abort() });
    expect(await failureOf(running)).to.include({ type: 'aborted' });
    expect(linesOf(await slow.history())).to.have.length(4);
    expect(await failureOf(engine.agents.session('plain', 'x').shell('ls'))).to.include({
      type: 'sandbox_denied',
    });
  });

  it('nothing overtakes: prompts, commands and tasks of a session are done in the order they were asked for', async () => {
    const { opened, open } = gate();
    const { engine } = await engineOf(project, async (_request, turn) => {
      if (turn === 1) await opened;
      return `answer ${turn}`;
    });
    const session = engine.agents.session('a', 'x');
    const work = [
      session.prompt('one'),
      session.shell('echo two'),
      session.task('three'),
      session.skill('review'),
      session.prompt('five'),
    ];
    open();
    await Promise.all(work);
    const { entries } = await session.entries();
    expect(entries.map((entry) => entry.kind === 'message' && entry.source)).to.deep.equal([
      ...['prompt', 'prompt', 'shell', 'shell', 'task', 'task', 'skill', 'skill', 'prompt', 'prompt'],
    ]);
  });

  it('files are read and written beside the conversation, under the policy of the sandbox', async () => {
    const { opened, open } = gate();
    const { engine } = await engineOf(project, async () => {
      await opened;
      return 'ok';
    });
    const session = engine.agents.session('a', 'x');
    const running = session.prompt('work');
    await session.writeFile('notes/a.txt', 'héllo');
    await session.writeFile('b.bin', Uint8Array.of(0xff, 0));
    expect(await session.readFile('notes/a.txt')).to.equal('héllo');
    expect([...(await session.readBytes('b.bin'))]).to.deep.equal([255, 0]);
    expect(await failureOf(session.readFile('b.bin'))).to.include({ type: 'invalid_input' });
    expect((await session.stat('b.bin'))?.size).to.equal(2);
    expect(await session.exists('nope')).to.equal(false);
    expect((await session.list()).map(({ path }) => path.split('/').at(-1))).to.deep.equal([
      'b.bin',
      'notes',
    ]);
    await session.remove('notes', { recursive: true });
    expect(await session.exists('notes/a.txt')).to.equal(false);
    expect(await failureOf(session.readFile('../../etc/passwd'))).to.include({ type: 'sandbox_denied' });
    expect(await failureOf(session.readFile('nope'))).to.include({ type: 'sandbox_failed' });
    open();
    await running;
    expect(await session.history()).to.have.length(2);
    expect(await engine.agents.session('a', 'other').exists('b.bin')).to.equal(false);
    expect(await failureOf(engine.agents.session('plain', 'x').writeFile('a', 'b'))).to.include({
      type: 'sandbox_denied',
    });
  });

  it('files of a call go to the model: text in the message, images beside it', async () => {
    const { engine, models } = await engineOf(project);
    const session = engine.agents.session('a', 'x');
    await session.writeFile('in.txt', 'from the workspace');
    await session.prompt('Compare.', {
      files: [
        'in.txt',
        { name: 'b.md', text: '```\ncode\n```' },
        { name: 'dot.png', data: Uint8Array.of(1, 2, 3) },
      ],
    });
    const [message] = models.requests[0]?.messages ?? [];
    expect(message?.content[0]).to.have.property(
      'text',
      'Compare.\n\nThe file `in.txt`:\n\n````\nfrom the workspace\n````\n\nThe file `b.md`:\n\n````\n```\ncode\n```\n````',
    );
    expect(message?.content[1]).to.deep.equal({ type: 'image', image: 'AQID', mediaType: 'image/png' });
    const binary = { name: 'x.dat', data: Uint8Array.of(0xff) };
    expect(await failureOf(session.prompt('?', { files: [binary] }))).to.include({
      type: 'invalid_input',
      message: 'the file "x.dat" is neither an image nor text',
    });
    expect(await failureOf(session.prompt('?', { files: ['nope.txt'] }))).to.include({
      type: 'sandbox_failed',
    });
  });

  it('an image for a model that takes none is an error', async () => {
    const files = {
      ...project,
      'engine.yaml':
        'providers: { own: { type: openai-compatible, baseUrl: "http://127.0.0.1:1/v1", capabilities: { images: false } } }\nsecrets: { TOKEN: {}, OTHER: {} }\n',
      'src/agents/blind.md': '---\ndescription: B.\nmodel: own/m\n---\n\nYou are blind.\n',
    };
    const { engine } = await engineOf(files);
    const png = { name: 'dot.png', data: Uint8Array.of(1) };
    const failure = await failureOf(engine.agents.session('blind', 'x').prompt('See?', { files: [png] }));
    expect(failure.message).to.match(/image/);
  });

  it('a summary is made when it is asked for, and the history stays whole', async () => {
    const { engine, models } = await engineOf(project, (request) =>
      request.system.includes('You are A.') ? 'An answer.' : 'They talked.',
    );
    const session = engine.agents.session('a', 'x');
    for (const word of ['one', 'two', 'three']) await session.prompt(word.repeat(50));
    const done = await session.compact({ instructions: 'Keep names.', keepTokens: 1 });
    expect(done).to.include({ compacted: true, summary: 'They talked.', messagesBefore: 6 });
    expect(JSON.stringify(models.requests.at(-1)?.messages)).to.contain('Keep names.');
    expect(await session.history()).to.have.length(6);
    const { entries } = await session.entries();
    expect(entries.at(-1)).to.include({ kind: 'compaction', summary: 'They talked.' });
    expect(await engine.agents.session('a', 'empty').compact()).to.include({ compacted: false });
  });

  it('a stream gives the events of a call, and its failure', async () => {
    const { engine } = await engineOf(project, ['ok']);
    const session = engine.agents.session('a', 'x');
    const types = (await all(session.stream('Hi'))).map(({ type }) => type);
    expect(types.at(-1)).to.equal('submission_end');
    expect(await failureOf(all(session.stream('Hi', { role: 'nobody' })))).to.include({
      type: 'unknown_role',
    });
    expect(await session.history()).to.have.length(2);
  });
});
