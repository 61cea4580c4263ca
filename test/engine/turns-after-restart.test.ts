import { expect } from 'chai';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine } from '../../engine/api.ts';
import { createEngine } from '../../engine/engine.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { closeEngines, engineOf } from './kit.ts';

const project = {
  'engine.yaml': 'model: script/m\n',
  'src/models/m.yaml': `replies:
  - match: { text: always }
    toolCalls: [{ tool: pay }]
  - match: { turn: 1 }
    toolCalls: [{ tool: pay }]
  - match: { turn: 2 }
    text: "{{result}} once"
`,
  'src/tools/pay.ts': `export default { description: 'Pays.', inputSchema: { type: 'object' }, run: () => 'paid' };\n`,
  'src/agents/clerk.yaml': 'tools: [pay]\npermissions: { ask: [pay] }\nmaxTurns: 2\n',
};

describe('engine: turns of an operation', () => {
  afterEach(closeEngines);

  /** Asks the clerk, restarts the engine while the first call waits, approves what is asked then, and gives what came of it. */
  async function restarted(message: string) {
    const folder = projectOf(project);
    const path = join(temporaryFolder(), 'engine.sqlite');
    const opened = async <T>(use: (engine: Engine) => Promise<T>): Promise<T> => {
      const engine = await createEngine({ project: folder, store: await openSqliteStore({ path }) });
      try {
        return await use(engine);
      } finally {
        await engine.close();
      }
    };
    const id = await opened(async (engine) => {
      const { submissionId } = await engine.dispatch('clerk', { instance: 'x', message });
      for await (const { type } of engine.submissions.subscribe(submissionId))
        if (type === 'approval_requested') break;
      return submissionId;
    });
    return opened(async (engine) => {
      for await (const event of engine.submissions.subscribe(id, { after: 0 })) {
        const asked = (await engine.approvals.list())[0];
        if (asked !== undefined) await engine.approvals.resolve(id, asked.step, { decision: 'approved' });
        if (event.type === 'submission_end') break;
      }
      const events = await engine.submissions.events(id);
      const record = await engine.submissions.get(id);
      return {
        record,
        turns: events.flatMap((event) => (event.type === 'turn_start' ? [event.data.turn] : [])),
      };
    });
  }

  it('are counted on after a restart, for rules of scripted models too', async () => {
    const { record, turns } = await restarted('Pay.');
    expect(record.output).to.equal('paid once');
    expect(turns).to.deep.equal([1, 2]);
  });

  it('are bounded by "maxTurns" across a restart', async () => {
    const { record, turns } = await restarted('Pay always.');
    expect(record.error?.type).to.equal('max_turns');
    expect(turns).to.deep.equal([1, 2]);
  });

  it('are counted on while an answer is corrected', async () => {
    const { engine, models } = await engineOf(
      { 'engine.yaml': 'model: openai/gpt-5\n', 'src/agents/a.yaml': 'description: A.\n' },
      ['no', 'no again', { json: { n: 1 } }],
    );
    const result = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };
    const reply = await engine.agents.session('a', 'x').prompt('Hi', { result });
    expect(reply.attempts).to.equal(3);
    expect(models.requests.map(({ origin }) => origin.turn)).to.deep.equal([1, 2, 3]);
  });
});
