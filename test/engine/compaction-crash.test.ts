import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { linesOf } from './kit.ts';
import { childProgram } from './kills/child-program.ts';

/** Its answer after the tool needs a summary of what was asked, and both take their time. */
const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': `replies:
  - { match: { pattern: '^Write a summary' }, text: In short., delay: 300ms }
  - { match: { tool: look }, text: done, delay: 300ms }
default: { toolCalls: [{ tool: look }] }
`,
  'src/agents/a.md':
    '---\ndescription: A.\ntools: [look]\ncompaction: { contextWindowTokens: 1000, reserveTokens: 300, keepRecentTokens: 100 }\n---\n\nYou are it.\n',
  'src/tools/look.ts':
    "export default { description: 'Looks.', inputSchema: { type: 'object' }, run: () => 'seen' };\n",
};

describe('engine: killed around a summary', function () {
  this.timeout(120_000);
  const children = new Set<ChildProcess>();
  let program: string;
  before(async () => {
    program = await childProgram();
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });

  for (const event of ['compaction_start', 'compaction_end'])
    it(`at its ${event}: there is one summary, it is told once, and the prompt comes to its answer`, async () => {
      const folder = projectOf(project);
      const path = join(temporaryFolder(), 'engine.sqlite');
      const message = 'Look around, please. '.repeat(150);
      const child = spawn(process.execPath, [program, folder, path, 'prompt', 'a', message], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.add(child);
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      for await (const line of createInterface({ input: child.stdout })) {
        const said = JSON.parse(line) as { readonly event?: string; readonly failed?: unknown };
        expect(said.failed).to.equal(undefined);
        if (said.event === event) break;
      }
      child.kill('SIGKILL');
      await exited;

      const store = await openSqliteStore({ path });
      const engine = await createEngine({ project: folder, store });
      const [execution] = await engine.executions({});
      const id = execution?.id ?? '';
      expect(await engine.submissions.wait(id)).to.deep.include({ state: 'succeeded', output: 'done' });
      const lines = linesOf(await engine.agents.session('a', 'x').history()).map((line) => line.slice(0, 20));
      expect(lines).to.deep.equal([
        'user: Look around, p',
        'assistant: look({})',
        'tool: = "seen"',
        'assistant: done',
      ]);
      const keys = await store.documents.keys('entries', { prefix: 'a.x.default.0', limit: 100 });
      const entries = await store.documents.getMany(
        'entries',
        keys.map(({ key }) => key),
      );
      expect(entries.filter((entry) => (entry as { role: string }).role === 'compaction')).to.have.length(1);
      const told = (await engine.submissions.events(id)).filter(({ type }) => type === 'compaction_end');
      expect(told).to.have.length(1);
      await engine.close();
    });
});
