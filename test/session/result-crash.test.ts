import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { createEngine } from '../../engine/engine.ts';
import { linesOf } from '../engine/kit.ts';
import { childProgram } from '../engine/kills/child-program.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { expectWellFormed } from './well-formed.ts';

/** The model works once, gives a result that does not fit, then one that does. */
const project = {
  'engine.yaml':
    'model: plain\nmodels: { plain: { model: script/m, capabilities: { structuredOutput: false } } }\n',
  'src/models/m.yaml': `replies:
  - { match: { tool: finish }, toolCalls: [{ tool: finish, input: { kind: order } }] }
  - { match: { tool: work }, toolCalls: [{ tool: finish, input: { kind: wrong } }] }
default: { toolCalls: [{ tool: work }] }
`,
  'src/agents/a.yaml': `description: Sorts.
tools: [work]
outputSchema: { type: object, required: [kind], properties: { kind: { enum: [order, other] } } }
`,
  'src/tools/work.ts': `import { appendFileSync } from 'node:fs';
export default {
  description: 'Works.',
  inputSchema: { type: 'object' },
  run: () => (appendFileSync(process.env.WITNESS, 'x'), 'worked'),
};`,
};

describe('sessions: typed results cut off by a crash', function () {
  this.timeout(120_000);
  let program: string;

  before(async () => {
    program = await childProgram();
  });
  afterEach(() => delete process.env['WITNESS']);

  // A result that is refused never comes to `tool.after_exec`.
  const deaths = [
    ...['turn.before_model:hit=3', 'turn.after_model:hit=2', 'turn.after_model:hit=3'],
    ...['tool.after_exec:hit=1', 'tool.after_exec:hit=2'],
    ...['tool.after_record:hit=2', 'tool.after_record:hit=3', 'settle.before:hit=1'],
  ];
  for (const death of deaths) {
    it(`killed at ${death}, the same result comes of it and nothing is done twice`, async () => {
      const folder = projectOf(project);
      const place = temporaryFolder();
      const path = join(place, 'engine.sqlite');
      const witness = join(place, 'witness');
      process.env['WITNESS'] = witness;
      expect(await die([program, folder, path, 'prompt', 'a', 'Sort'], `${death}:action=kill`)).to.equal(
        'SIGKILL',
      );

      const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
      try {
        const [submission] = await engine.executions({ kind: 'submission' });
        const record = await engine.submissions.wait(submission?.id ?? '');
        expect(record).to.deep.include({ state: 'succeeded', output: { kind: 'order' } });
        const messages = await engine.agents.session('a', 'x').history();
        expectWellFormed(messages);
        const lines = linesOf(messages);
        expect(lines.at(-1)).to.equal('tool: = "accepted"');
        expect(lines.filter((line) => line.startsWith('assistant: finish'))).to.have.length(2);
        expect(existsSync(witness) ? readFileSync(witness, 'utf8').length : 0).to.equal(1);
      } finally {
        await engine.close();
      }
    });
  }
});

/** Runs a program that a failpoint kills; gives the signal it died of. */
function die(args: readonly string[], death: string): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, args, {
    stdio: 'ignore',
    env: { ...process.env, ENGINE_FAILPOINT: death },
  });
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
}
