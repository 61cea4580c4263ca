import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findBubblewrap } from '../../engine/adapters/sandbox/can-isolate.ts';
import type { EngineOptions } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, writeFiles } from '../fakes/project.ts';
import { closeEngines, engineOf, failureOf, type Answering } from './kit.ts';

const agent = 'description: Works.\nmodel: openai/x\nsandbox: box\ninstructions: Work.\n';
const project = (box: string, more: Readonly<Record<string, string>> = {}): string =>
  projectOf({
    'engine.yaml': 'name: tiers\n',
    'src/agents/worker.yaml': agent,
    'src/sandboxes/box.yaml': box,
    ...more,
  });
const all = 'write: true\nshell: true\ncompound: true\n';

/** The store of the project, and not the one in memory that tests mostly take. */
const onDisk = { store: undefined } as unknown as EngineOptions;

describe('where an agent works', () => {
  afterEach(closeEngines);

  it('isolated files of an instance are there after a restart, and nobody else sees them', async function () {
    await findBubblewrap().catch(() => this.skip());
    const root = project(`type: isolated\n${all}`);
    const first = await engineOf(root, undefined, onDisk);
    await first.engine.agents.session('worker', 'one').shell('echo mine > a.txt');
    await first.engine.close();

    const { engine } = await engineOf(root, undefined, onDisk);
    const again = await engine.agents.session('worker', 'one').shell('cat a.txt');
    expect(again.stdout).to.equal('mine\n');
    const other = await engine.agents.session('worker', '../one').shell('ls; ls .. 2>&1');
    expect(other.stdout).not.to.contain('a.txt');
    expect(other.exitCode).to.equal(0);
    expect(readdirSync(join(root, '.engine', 'data', 'workspaces'))).to.have.length(2);
  });

  it('files that an isolated sandbox keeps for nobody are removed when an engine starts', async function () {
    await findBubblewrap().catch(() => this.skip());
    const root = project(`type: isolated\n${all}`);
    const first = await engineOf(root, undefined, onDisk);
    await first.engine.agents.session('worker', 'one').shell('echo mine > a.txt');
    await first.engine.close();
    writeFiles(root, { '.engine/data/workspaces/gone.away/file': 'x' });
    const second = await engineOf(root, undefined, onDisk);
    await second.engine.close();
    expect(readdirSync(join(root, '.engine', 'data', 'workspaces'))).to.deep.equal(['worker.one']);
  });

  it('a model works in an isolated sandbox: its commands and its file tools see the same files', async function () {
    await findBubblewrap().catch(() => this.skip());
    process.env['TIER_CANARY'] = 'canary-value';
    const { engine, models } = await engineOf(project(`type: isolated\n${all}`), [
      { calls: [{ tool: 'write', input: { path: 'plan.md', content: 'one\ntwo\n' } }] },
      {
        calls: [
          { tool: 'bash', input: { command: 'wc -l < plan.md; env; cat /proc/*/environ; cat /etc/passwd' } },
        ],
      },
      'done',
    ]);
    await engine.agents.session('worker', 'one').prompt('go');
    delete process.env['TIER_CANARY'];
    const seen = JSON.stringify(models.requests.at(-1)?.messages);
    expect(seen).to.contain('"stdout":"2\\n');
    expect(seen).not.to.contain('canary-value');
    expect(seen).not.to.contain('root:x');
  });

  for (const type of ['virtual', 'local', 'isolated'] as const) {
    it(`the environment of the engine is in no command of a sandbox of type ${type}: of tasks, workflows and attempts`, async function () {
      if (type === 'isolated') await findBubblewrap().catch(() => this.skip());
      process.env['TIER_CANARY'] = 'canary-value';
      try {
        const root = project(`type: ${type}\n${all}env: { SHOWN: yes-shown }\n`, {
          'src/agents/worker.yaml': `${agent}subagents: [helper]\n`,
          'src/profiles/helper.md': '---\ndescription: Helps.\n---\n\nHelp.\n',
          'src/workflows/look.yaml': `sandbox: box
steps:
  - { id: plain, shell: env; printenv; cat /proc/self/environ }
  - { id: asked, task: Look, agent: worker }
  - { id: inner, workflow: inner }
`,
          'src/workflows/inner.yaml': 'sandbox: box\nsteps:\n  - { id: plain, shell: env; set }\n',
        });
        const look = { tool: 'bash', input: { command: 'env; set; export -p; cat /proc/self/environ' } };
        const answer: Answering = ({ messages }) => {
          const asked = JSON.stringify(messages);
          if (asked.includes('tool_result')) return 'done';
          if (asked.includes('Delegate'))
            return { calls: [{ tool: 'task', input: { prompt: 'Look', cwd: 'sub' } }] };
          return { calls: [look] };
        };
        const { engine, models } = await engineOf(root, answer);
        const session = engine.agents.session('worker', 'one');
        await session.makeFolder('sub');
        await session.prompt('Delegate');
        await engine.workflows.run('look').catch((thrown: unknown) => {
          throw new Error(JSON.stringify(thrown));
        });
        const seen = JSON.stringify(models.requests);
        expect(seen).to.contain('yes-shown').and.not.to.contain('canary-value');
        for (const { runId } of await engine.runs.list()) {
          const events = await engine.runs.events(runId);
          expect(JSON.stringify(events)).not.to.contain('canary-value');
        }
      } finally {
        delete process.env['TIER_CANARY'];
      }
    });
  }

  it('local works in the project, and its file tools leave the state of the engine alone', async () => {
    const root = project(`type: local\n${all}`, { 'notes.txt': 'from the project' });
    const { engine } = await engineOf(root, undefined, onDisk);
    const session = engine.agents.session('worker', 'one');
    expect((await session.shell('cat notes.txt; pwd')).stdout).to.equal(`from the project${root}\n`);
    expect(await session.readFile('notes.txt')).to.equal('from the project');
    expect(await session.readFile('/workspace/notes.txt')).to.equal('from the project');
    await session.writeFile('made.txt', 'x');
    expect(readFileSync(join(root, 'made.txt'), 'utf8')).to.equal('x');
    for (const path of [
      '.engine/data/engine.sqlite',
      '../x',
      '/etc/passwd',
      '/proc/self/environ',
      '/dev/mem',
    ])
      expect(await failureOf(session.readFile(path)), path).to.include({ type: 'sandbox_denied' });
    expect((await session.list('.engine')).map(({ path }) => path)).not.to.contain(
      join(root, '.engine/data'),
    );
  });

  it('a custom machine comes from a module of the project, or from createEngine', async () => {
    const module = (name: string): string => `export const openSandbox = ({ owner, spec }) => ({
      readFile: async () => Buffer.from('${name} ' + owner + ' ' + spec.options.size),
      writeFile: async () => {}, stat: async (path) => ({ path, kind: 'folder', size: 0, modified: 0 }),
      list: async () => [], makeFolder: async () => {}, remove: async () => {}, close: async () => {},
      run: async ({ script, cwd }) => ({ stdout: script + ' in ' + cwd, stderr: '', exitCode: 0, truncated: false }),
    });\n`;
    const files = { 'boxes/own.mjs': module('module') };
    const root = project(`type: custom\nmodule: boxes/own.mjs\noptions: { size: 7 }\n${all}`, files);
    const { engine } = await engineOf(root);
    const session = engine.agents.session('worker', 'one');
    expect(await session.readFile('a')).to.equal('module worker.one 7');
    expect((await session.shell('anything')).stdout).to.equal('anything in /workspace');
    expect(await failureOf(session.readFile('../../etc/shadow'))).to.include({ type: 'sandbox_denied' });
    expect(await failureOf(session.remove('/', { recursive: true }))).to.include({ type: 'sandbox_denied' });

    const bare = project(`type: custom\n${all}`);
    const given = await engineOf(bare, undefined, {
      sandboxes: {
        box: () => ({
          readFile: async () => Buffer.from('given'),
          writeFile: async () => undefined,
          stat: async () => undefined,
          list: async () => [],
          makeFolder: async () => undefined,
          remove: async () => undefined,
          close: async () => undefined,
          run: async () => ({ stdout: '', stderr: '', exitCode: 0, truncated: false }),
        }),
      },
    });
    expect(await given.engine.agents.session('worker', 'one').readFile('a')).to.equal('given');
    expect(await failureOf(createEngine({ project: bare, store: 'memory', env: {} }))).to.deep.include({
      type: 'invalid_project',
      message: 'nothing makes sandbox "box": name a "module" in its file, or give createEngine sandboxes.box',
    });
    expect(
      await failureOf(
        createEngine({ project: root, store: 'memory', env: {}, sandboxes: { bx: () => failing } }),
      ),
    ).to.include({ message: 'there is no sandbox "bx" of type custom in the project' });
  });

  it('a module that makes no sandbox is told when the engine starts', async () => {
    const root = project(`type: custom\nmodule: own.mjs\n${all}`, { 'own.mjs': 'export const other = 1;\n' });
    expect(await failureOf(createEngine({ project: root, store: 'memory', env: {} }))).to.include({
      type: 'invalid_project',
      message: 'sandbox "box": own.mjs exports no function "openSandbox"',
    });
  });

  it('what a sandbox has no place for keeps a project from running', async () => {
    for (const [box, message] of [
      ['type: local\nmounts: [{ from: src }]\n', 'works in the project itself'],
      ['type: isolated\noptions: { rooot: x }\n', 'has no option "rooot"; it has "root"'],
      ['type: virtual\noptions: { a: x }\n', 'has no options; take out "a"'],
    ] as const) {
      const root = project(box);
      const thrown = await failureOf(createEngine({ project: root, store: 'memory', env: {} }));
      expect(thrown.message, box).to.contain(message);
      expect(existsSync(join(root, '.engine'))).to.equal(false);
    }
  });
});

const failing = new Proxy({} as never, {});
