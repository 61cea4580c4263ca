import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/api.ts';
import { closeEngines, engineOf, fakeModels, gate, linesOf } from '../engine/kit.ts';
import { programOf, temporaryFolder, type Files } from '../fakes/project.ts';
import { hitsInFolder } from './canary.ts';

const first = 'first-token-0123456789';
const second = 'second-token-987654321';
const env = { FIRST: first, SECOND: second };

const files: Files = {
  'engine.yaml': { secrets: { FIRST: {}, SECOND: {} } },
  'src/sandboxes/box.yaml': { type: 'virtual', write: true, shell: true },
  'src/agents/a.yaml': {
    description: 'A.',
    model: 'openai/x',
    sandbox: 'box',
    tools: ['bash', 'wait', 'task'],
    subagents: ['helper', 'other'],
  },
  'src/agents/own.yaml': {
    description: 'Has one of its own.',
    model: 'openai/x',
    sandbox: 'box',
    secrets: ['FIRST'],
    env: { OWN: '${{ secrets.FIRST }}', PLAIN: 'plain' },
    tools: ['bash', 'task'],
    subagents: ['helper'],
  },
  'src/profiles/helper.yaml': { description: 'Helps.', tools: ['bash'] },
  'src/agents/other.yaml': { description: 'O.', model: 'openai/x', sandbox: 'box', tools: ['bash'] },
  'src/tools/wait.ts':
    "export default { description: 'W.', inputSchema: { type: 'object' }, run: () => new Promise((resolve) => globalThis.waiting.push(resolve)) };",
};
const look = 'echo "[${#FIRST} ${#SECOND} ${#OWN} $PLAIN]"';
const bash = { calls: [{ tool: 'bash', input: { command: look } }] };

describe('security: secrets that are granted', () => {
  const waiting: (() => void)[] = [];
  before(() => Object.assign(globalThis, { waiting }));
  beforeEach(() => waiting.splice(0));
  afterEach(closeEngines);
  after(() => Reflect.deleteProperty(globalThis, 'waiting'));

  it('of calls that overlap are each found by their own commands only, in whatever order they end, and by none afterwards', async function () {
    this.timeout(120_000);
    const { engine } = await engineOf(files, [], { env });
    const grants = [['FIRST'], ['SECOND'], ['FIRST', 'SECOND'], []] as const;
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.array(fc.nat(3), { maxLength: 6 }),
        async (order, pauses) => {
          round += 1;
          const calls = order.map(async (which, at) => {
            for (let pause = pauses[at] ?? 0; pause > 0; pause -= 1) await new Promise(setImmediate);
            const session = engine.agents.session('a', `i${round % 3}`, `s${which}`);
            // One of them fails, which must take its grant away as well.
            const command = which === 2 ? `${look}; exit 3` : look;
            const { stdout } = await session.shell(command, { secrets: grants[which] ?? [] });
            return [which, stdout.trim()] as const;
          });
          expect(new Map(await Promise.all(calls))).to.deep.equal(
            new Map(
              [
                [0, '[22 0 0 ]'],
                [1, '[0 22 0 ]'],
                [2, '[22 22 0 ]'],
                [3, '[0 0 0 ]'],
              ].filter(([which]) => order.includes(which as number)) as [number, string][],
            ),
          );
        },
      ),
      { numRuns: 100 },
    );
    expect((await engine.agents.session('a', 'i1').shell(`${look}; env`)).stdout).to.match(
      /^\[0 0 0 \]\n(?![\s\S]*token)/,
    );
  });

  it('of a prompt that is aborted in the middle are gone with it', async () => {
    const { engine } = await engineOf(
      files,
      ({ messages }) => (JSON.stringify(messages).includes('hang') ? { calls: [{ tool: 'wait' }] } : 'ok'),
      { env },
    );
    const abort = new AbortController();
    const hanging = engine.agents
      .session('a', 'x', 'one')
      .prompt('hang', { secrets: ['FIRST'], signal: abort.signal })
      .catch((thrown: { code: string }) => thrown.code);
    while (waiting.length === 0) await new Promise(setImmediate);
    const beside = engine.agents.session('a', 'x', 'two');
    expect((await beside.shell(look)).stdout).to.equal('[0 0 0 ]\n');
    abort.abort();
    expect(await hanging).to.equal('aborted');
    expect((await beside.shell(look)).stdout).to.equal('[0 0 0 ]\n');
    expect((await engine.agents.session('a', 'x', 'one').shell(look)).stdout).to.equal('[0 0 0 ]\n');
  });

  it('in the environment of an agent are found by its commands, and not by those of its helpers or of other agents', async () => {
    const outputs: string[] = [];
    const { engine } = await engineOf(
      files,
      ({ messages, tools }) => {
        const said = JSON.stringify(messages);
        if (said.includes('tool_result')) return 'done';
        if (!tools.some(({ name }) => name === 'task')) return bash;
        return { calls: [{ tool: 'task', input: { prompt: 'Look.', agent: 'helper' } }] };
      },
      {
        env,
        observers: [
          (event) => {
            if (event.type === 'tool_end' && event.data.tool === 'bash')
              outputs.push(JSON.stringify(event.data.output));
          },
        ],
      },
    );
    await engine.agents.session('own', 'y').prompt('Let somebody look.');
    expect(outputs.join()).to.contain('[0 0 0 plain]');
    expect(JSON.stringify(await engine.executions({}))).to.not.contain(first);
    expect((await engine.agents.session('own', 'y').shell(look)).stdout).to.equal('[0 0 22 plain]\n');
    expect((await engine.agents.session('other', 'y').shell(look)).stdout).to.equal('[0 0 0 ]\n');
  });

  it('of work that a crash cut off are stored by name only, and found again when it goes on', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'engine.sqlite');
    const program = await programOf(files);
    const { opened: reached, open: reach } = gate();
    const start = async (answer: Parameters<typeof fakeModels>[0]): Promise<Engine> =>
      createEngine({
        program,
        env,
        store: await openSqliteStore({ path }),
        ports: { models: fakeModels(answer) },
      });
    const before = await start(() => {
      reach();
      return new Promise(() => undefined);
    });
    before.agents
      .session('a', 'x')
      .prompt('Go.', { secrets: ['SECOND'], idempotencyKey: 'k' })
      .catch(() => undefined);
    await reached;
    await before.close();
    expect(hitsInFolder(folder, [first, second])).to.deep.equal([]);
    const after = await start(({ messages }) => (messages.length > 1 ? 'ok' : bash));
    const id = (await after.executions({}))[0]?.id ?? '';
    await after.submissions.wait(id);
    const session = after.agents.session('a', 'x');
    expect(linesOf(await session.history())[2]).to.contain('[0 22 0 ]');
    expect((await session.shell(look)).stdout).to.equal('[0 0 0 ]\n');
    await after.close();
    expect(hitsInFolder(folder, [first, second])).to.deep.equal([]);
  });

  it('are in the records of a shell call by their names only', async () => {
    const { engine } = await engineOf(files, [], { env });
    const session = engine.agents.session('a', 'x');
    await session.shell('echo "$FIRST" > kept; cat kept', { secrets: ['FIRST'] });
    const told = JSON.stringify([await session.entries(), await engine.executions({})]);
    expect(told).to.contain('FIRST').and.to.contain('[secret]').and.to.not.contain(first);
  });
});
