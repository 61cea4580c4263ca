import { expect } from 'chai';
import { join } from 'node:path';
import type { ToolDefinition } from '../../../engine/ports/tool-source.ts';
import { createEngine } from '../../../engine/engine.ts';
import { defineTool } from '../../../engine/code/define-tool.ts';
import { programOf, temporaryFolder } from '../../fakes/project.ts';
import { closeEngines, engineOf, failureOf, fakeModels, gate, linesOf, type Answering } from '../kit.ts';
import { openSqliteStore } from '../../../engine/adapters/store/sqlite.ts';
import { project } from './project.ts';

const secret = 'token-0123456789';
const add = defineTool<{ a: number; b: number }>({
  name: 'add',
  description: 'Adds.',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
  run: ({ a, b }) => a + b,
}) as ToolDefinition;

describe('sessions: what one call may use', () => {
  afterEach(closeEngines);

  it('a tool of the calling program is offered to this call only', async () => {
    const { engine, models } = await engineOf(project, [
      { calls: [{ tool: 'add', input: { a: 1, b: 2 } }] },
      'It is 3.',
      'Nothing to add with.',
    ]);
    const session = engine.agents.session('plain', 'x');
    expect((await session.prompt('1 + 2?', { tools: [add] })).text).to.equal('It is 3.');
    await session.prompt('And now?');
    expect(models.requests.map(({ tools }) => tools.some(({ name }) => name === 'add'))).to.deep.equal([
      true,
      true,
      false,
    ]);
    expect(linesOf(models.requests[2]?.messages ?? []).slice(0, 3)).to.deep.equal([
      'user: 1 + 2?',
      'assistant: add({"a":1,"b":2})',
      'tool: = 3',
    ]);
  });

  it('the input of a tool of a call is checked, and what it throws is told to the model', async () => {
    const { engine } = await engineOf(project, [
      { calls: [{ tool: 'add', input: { a: 'one' } }] },
      { calls: [{ tool: 'fail', input: {} }] },
      'ok',
    ]);
    const fail: ToolDefinition = {
      name: 'fail',
      description: 'Fails.',
      inputSchema: {},
      run: () => {
        throw new Error('no luck');
      },
    };
    const session = engine.agents.session('plain', 'x');
    await session.prompt('Go.', { tools: [add, fail] });
    const lines = linesOf(await session.history());
    expect(lines[2]).to.match(/^tool: ! "invalid input: .*a.*number/);
    expect(lines[4]).to.equal('tool: ! "tool \\"fail\\" failed: no luck"');
  });

  it('declared tools are given by name, and work with a secret of the call', async () => {
    const { engine } = await engineOf(
      project,
      [{ calls: [{ tool: 'lookup' }] }, 'ok', { calls: [{ tool: 'lookup' }] }, 'ok'],
      { env: { TOKEN: secret } },
    );
    const session = engine.agents.session('plain', 'x');
    await session.prompt('Go.', { tools: ['lookup'], secrets: ['TOKEN'] });
    expect(linesOf(await session.history())[2]).to.equal('tool: = {"token":16}');
    await session.prompt('Go.', { tools: ['lookup'] });
    expect(linesOf(await session.history())[6]).to.contain('is not granted the secret');
  });

  it('what cannot be given is refused before anything is stored', async () => {
    const { engine } = await engineOf(project);
    const session = engine.agents.session('a', 'x');
    const nameless: ToolDefinition = { description: 'N.', inputSchema: {}, run: () => 1 };
    for (const [options, message] of [
      [{ tools: ['lookupp'] }, 'no tool "lookupp"; did you mean "lookup"?'],
      [
        { tools: [{ ...add, name: 'read' }] },
        'there is a tool "read" already; give the one of the call another name',
      ],
      [{ tools: [add, add] }, 'two tools of the call have the same name'],
      [
        { tools: ['lookup', { ...add, name: 'lookup' }] },
        'there is a tool "lookup" already; give the one of the call another name',
      ],
      [{ tools: [nameless] }, 'a tool of the call cannot be used: it needs a "name"'],
      [
        { tools: [{ ...add, name: 'a b' }] },
        '"a b" cannot be the name of a tool; use letters, digits, "_" and "-"',
      ],
      [{ secrets: ['TOKEN2'] }, /^no secret "TOKEN2"/],
      [{ commands: ['rm -rf'] }, '"rm -rf" is not the name of a command'],
    ] as const) {
      const failure = await failureOf(session.prompt('Go.', options));
      expect(failure.type).to.equal('invalid_request');
      if (typeof message === 'string') expect(failure.message).to.equal(message);
      else expect(failure.message).to.match(message);
    }
    expect(
      await failureOf(engine.agents.session('plain', 'x').prompt('Go.', { commands: ['ls'] })),
    ).to.include({ type: 'invalid_request' });
    expect(await engine.executions({})).to.deep.equal([]);
    expect(await session.history()).to.deep.equal([]);
  });

  it('a command of one call may run in it, and in no call beside it', async () => {
    const { opened, open } = gate();
    const bash = { calls: [{ tool: 'bash', input: { command: 'seq 2' } }] };
    const { engine } = await engineOf(project, async (request) => {
      if (request.messages.length > 1) return 'ok';
      await opened;
      return bash;
    });
    const granted = engine.agents.session('strict', 'x', 'granted');
    const other = engine.agents.session('strict', 'x', 'other');
    const both = [granted.prompt('Go.', { commands: ['seq'] }), other.prompt('Go.')];
    open();
    await Promise.all(both);
    expect(linesOf(await granted.history())[2]).to.contain('"stdout":"1\\n2\\n"');
    expect(linesOf(await other.history())[2]).to.contain('is not allowed');
    expect((await granted.shell('echo still')).stdout).to.equal('still\n');
    expect(await failureOf(granted.shell('seq 2'))).to.include({ type: 'sandbox_denied' });
    expect((await granted.shell('seq 1', { commands: ['seq'] })).stdout).to.equal('1\n');
  });

  it('an agent has commands of its own besides those of its sandbox, asked for by models and programs', async () => {
    const { engine } = await engineOf(
      {
        ...project,
        'src/agents/counter.yaml':
          'description: C.\nmodel: openai/gpt-5\nsandbox: strict\ncommands: [{ command: seq, args: ["2"] }]\n',
      },
      [{ calls: [{ tool: 'bash', input: { command: 'seq 2' } }] }, 'ok'],
    );
    const session = engine.agents.session('counter', 'x');
    await session.prompt('Go.');
    expect(linesOf(await session.history())[2]).to.contain('"stdout":"1\\n2\\n"');
    expect((await session.shell('seq 2')).stdout).to.equal('1\n2\n');
    expect((await session.shell('echo still')).stdout).to.equal('still\n');
    expect(await failureOf(session.shell('seq 3'))).to.include({ type: 'sandbox_denied' });
    const plain = engine.agents.session('strict', 'x');
    expect(await failureOf(plain.shell('seq 2'))).to.include({ type: 'sandbox_denied' });
  });

  it('where every command may run, granting one takes none away', async () => {
    const { engine } = await engineOf(project);
    const { stdout } = await engine.agents.session('a', 'x').shell('seq 1; echo 2', { commands: ['seq'] });
    expect(stdout).to.equal('1\n2\n');
  });

  it('commands find a granted secret in their environment, and what they say of it is blotted out', async () => {
    const { engine } = await engineOf(project, [], { env: { TOKEN: secret } });
    const session = engine.agents.session('a', 'x');
    const { stdout } = await session.shell('echo ${#TOKEN} $TOKEN', { secrets: ['TOKEN'] });
    expect(stdout).to.match(/^16 /).and.not.contain(secret);
    expect((await session.shell('echo ${#TOKEN}')).stdout).to.equal('0\n');
    expect(JSON.stringify(await session.entries())).not.to.contain(secret);
    expect(await failureOf(session.shell('true', { secrets: ['OTHER'] }))).to.include({
      type: 'missing_secret',
    });
    expect(await failureOf(session.shell(`echo ${secret}`))).to.include({ type: 'invalid_request' });
  });

  it('after a restart calls of a tool that was an object are answered, and the prompt goes on', async () => {
    const store = join(temporaryFolder(), 'engine.sqlite');
    const program = await programOf(project);
    const { opened: reached, open: reach } = gate();
    const wait: ToolDefinition = {
      name: 'wait',
      description: 'Waits.',
      inputSchema: {},
      run: () => {
        reach();
        return new Promise(() => undefined);
      },
    };
    const start = async (answering: Answering): ReturnType<typeof createEngine> =>
      createEngine({
        program,
        env: {},
        store: await openSqliteStore({ path: store }),
        ports: { models: fakeModels(answering) },
      });
    const call = { calls: [{ tool: 'wait' }] };
    const first = await start(() => call);
    first.agents
      .session('plain', 'x')
      .prompt('Go.', { tools: [wait], idempotencyKey: 'k' })
      .catch(() => undefined);
    await reached;
    await first.close();
    const second = await start((_request, turn) => (turn === 1 ? call : 'Then without.'));
    const id = (await second.executions({}))[0]?.id ?? '';
    expect((await second.submissions.wait(id)).output).to.equal('Then without.');
    const lines = linesOf(await second.agents.session('plain', 'x').history());
    expect(lines[2]).to.contain('whether it took effect is unknown');
    expect(lines[4]).to.contain('is not available after a restart');
    await second.close();
  });
});
