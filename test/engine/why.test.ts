import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/api.ts';
import type { Json } from '../../engine/core/json.ts';
import type { Execution } from '../../engine/ports/store.ts';
import { explainConditions } from '../../engine/runs/explain-conditions.ts';
import { stepPlaces } from '../../engine/runs/step-places.ts';
import { programOf, projectOf } from '../fakes/project.ts';
import { failureOf } from './kit.ts';

const inputSchema = `inputSchema:
  type: object
  required: [total, limit, vip, kind]
  properties:
    total: { type: number }
    limit: { type: number }
    vip: { type: boolean }
    kind: { type: string }
`;

const project = {
  'engine.yaml': 'model: script/m\nstore: { type: memory }\n',
  'src/models/m.yaml': 'default: { text: "ok" }\n',
  'src/workflows/refund.yaml': `${inputSchema}steps:
  - { id: load, set: { total: '\${{ input.total }}', parts: [1, 2] } }
  - { id: thank, if: 'input.vip && input.kind == "refund"', set: { is: thanks } }
  - id: route
    branch:
      - when: steps.load.output.total <= input.limit
        steps: [{ id: pay, set: { is: paid } }]
      - when: input.vip || input.total < 200
        steps: [{ id: ask, set: { is: asked } }]
      - else: true
        steps: [{ id: refuse, set: { is: refused } }]
  - id: each
    foreach: { items: steps.load.output.parts, as: part, maxItems: 5 }
    steps: [{ id: big, if: part > 1, set: { part: '\${{ part }}' } }]
  - id: stop
    if: input.kind == "stop"
    fail: { code: stopped, message: stopped }
  - { id: last, set: { is: last } }
output: \${{ steps.route.output.is }}
`,
};

const input = { total: 140, limit: 100, vip: false, kind: 'refund' };

describe('engine: why a step went as it did', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ project: projectOf(project), env: {} });
  });
  after(() => engine.close());

  const run = async (changed: Readonly<Record<string, Json>> = {}) => {
    const { runId } = await engine.workflows.start('refund', { ...input, ...changed });
    return engine.runs.wait(runId);
  };
  const why = async (step: string, changed: Readonly<Record<string, Json>> = {}) =>
    engine.runs.why((await run(changed)).runId, step);

  it('shows a condition as a tree with the value of each part and where it came from', async () => {
    const { status, reason, conditions } = await why('thank');
    expect([status, reason]).to.deep.equal(['skipped', 'its condition gave false']);
    expect(conditions).to.deep.equal([
      {
        step: 'thank',
        kind: 'if',
        chosen: false,
        tree: {
          source: 'input.vip && input.kind == "refund"',
          value: false,
          parts: [
            { source: 'input.vip', value: false, path: ['input', 'vip'], from: 'input', parts: [] },
            {
              source: 'input.kind == "refund"',
              ignored: true,
              parts: [
                { source: 'input.kind', ignored: true, path: ['input', 'kind'], from: 'input', parts: [] },
              ],
            },
          ],
        },
        otherwise: [[{ path: ['input', 'vip'], was: false, needs: '== true', to: true }]],
      },
    ]);
  });

  it('names the step that gave a value, and the smallest change that would have chosen another case', async () => {
    const { status, reason, conditions } = await why('route');
    expect([status, reason]).to.deep.equal(['succeeded', 'case 2 was chosen']);
    const [first, second] = conditions;
    expect(first?.tree?.parts.map(({ source, value, from }) => [source, value, from])).to.deep.equal([
      ['steps.load.output.total', 140, 'step load'],
      ['input.limit', 100, 'input'],
    ]);
    expect(first?.otherwise).to.deep.equal([
      [{ path: ['steps', 'load', 'output', 'total'], was: 140, needs: '<= 100', to: 100 }],
      [{ path: ['input', 'limit'], was: 100, needs: '>= 140', to: 140 }],
    ]);
    expect([second?.chosen, second?.otherwise]).to.deep.equal([
      true,
      [[{ path: ['input', 'total'], was: 140, needs: '>= 200', to: 200 }]],
    ]);
  });

  it('a change that it names really has the other case chosen', async () => {
    let flips = 0;
    for (const changed of [{}, { vip: true, total: 300 }, { total: 300 }, { total: 20 }] as const) {
      const record = await run(changed);
      const { conditions } = await engine.runs.why(record.runId, 'route');
      for (const { otherwise, chosen, index } of conditions) {
        for (const changes of otherwise) {
          if (changes.some(({ path }) => path[0] !== 'input')) continue;
          const other = Object.fromEntries(changes.map(({ path, to }) => [path[1] ?? '', to]));
          const names = ['paid', 'asked', 'refused'];
          const { output } = await run({ ...changed, ...other });
          if (chosen) expect(output, JSON.stringify(other)).not.to.equal(names[index ?? 0]);
          else expect(output, JSON.stringify(other)).to.equal(names[index ?? 0]);
          flips += 1;
        }
      }
    }
    expect(flips).to.be.at.least(6);
  });

  it('a step in a case that was not chosen is told with what would have chosen it', async () => {
    const { step, status, reason, conditions } = await why('refuse');
    expect({ step, status, reason }).to.deep.equal({
      step: 'route#2/refuse',
      status: 'not_reached',
      reason: 'it is in case 3 of "route", and case 2 was chosen',
    });
    expect(conditions.at(-1)).to.deep.equal({
      step: 'route',
      kind: 'case',
      index: 2,
      chosen: false,
      otherwise: [[{ path: ['input', 'total'], was: 140, needs: '>= 200', to: 200 }]],
    });
  });

  it('a step in a round is named with its index, and sees the item of that round', async () => {
    const { step, status, conditions } = await why('each[0]/big');
    expect([step, status]).to.deep.equal(['each[0]/big', 'skipped']);
    expect(conditions[0]?.tree?.parts).to.deep.equal([
      { source: 'part', value: 1, path: ['part'], from: 'part', parts: [] },
    ]);
    expect((await failureOf(why('big'))).message).to.equal(
      '"big" stands for several steps; say which: "each[0]/big", "each[1]/big"',
    );
  });

  it('a step behind the one that failed was not reached; the one that failed says how', async () => {
    const { runId } = await run({ kind: 'stop' });
    const failed = await engine.runs.why(runId, 'stop');
    expect([failed.status, failed.error?.type, failed.reason]).to.deep.equal([
      'failed',
      'stopped',
      'it failed: stopped',
    ]);
    const last = await engine.runs.why(runId, 'last');
    expect([last.status, last.reason]).to.deep.equal([
      'not_reached',
      'the run ended before it: step "stop" failed',
    ]);
  });

  it('knows the same of a run that keeps records of another', async () => {
    const { runId } = await run();
    const fork = await engine.runs.fork(runId, 'last');
    await engine.runs.wait(fork.runId);
    const { conditions, status } = await engine.runs.why(fork.runId, 'route');
    expect([status, conditions]).to.deep.equal([
      'succeeded',
      (await engine.runs.why(runId, 'route')).conditions,
    ]);
  });

  it('a step that the workflow does not have is refused with the likely one', async () => {
    expect(await failureOf(why('rout'))).to.deep.equal({
      type: 'invalid_request',
      message: 'workflow "refund" has no step "rout"; did you mean "route"?',
    });
  });

  it('a step that its run is about to begin is not reached, and is over for none', async () => {
    const { steps } = (await programOf(project)).workflows['refund'] ?? { steps: [] };
    const place = stepPlaces(steps).find(({ shape }) => shape === 'last');
    if (place === undefined) throw new Error('no place');
    const known = { seen: new Map(), ends: new Map(), run: { state: 'running' } as Execution };
    expect(explainConditions({ place, path: 'last' }, known)).to.deep.equal({
      status: 'not_reached',
      reason: 'the run has not come to it yet',
      conditions: [],
    });
  });
});
