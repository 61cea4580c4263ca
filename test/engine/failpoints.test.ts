import { expect } from 'chai';
import { armFailpoints, failpoint, failpoints, type Failpoint } from '../../engine/core/failpoint.ts';
import { asProblem } from '../../engine/core/problem.ts';
import { builtProgram } from '../fakes/programs.ts';
import { commitCrime } from './kills/crime.ts';

/** At which of the times that a boundary is reached the process dies there; default 1. Every third death is followed by peace. */
const times: Partial<Record<Failpoint, number>> = {
  'admit.before_commit': 3,
  'admit.after_commit': 2,
  'step.before_exec': 5,
  'step.after_exec': 8,
  'step.after_commit': 3,
  'turn.mid_stream': 3,
  'turn.after_model': 4,
  'tool.after_exec': 2,
  'event.append': 6,
  'commit.before': 12,
  'commit.after': 7,
  'settle.before': 2,
  'settle.after': 3,
  'callback.before_send': 2,
  'callback.after_send': 3,
  'migrate.each': 3,
};

describe('engine: failpoints', () => {
  let victim: Promise<string>;
  before(() => {
    victim = builtProgram('victim');
  });
  afterEach(() => disarm());

  it('a boundary that nobody armed does nothing and waits for nothing', () => {
    for (const name of failpoints) expect(failpoint(name)).to.equal(undefined);
  });

  it('an armed boundary acts at the time that it names, and at no other', async () => {
    const { did } = arm(
      'commit.before:hit=2:action=kill;settle.after:action=stop; turn.mid_stream:action=delay:30',
    );
    for (const _ of [1, 2, 3]) void failpoint('commit.before');
    for (const _ of [1, 2]) void failpoint('settle.after');
    await failpoint('turn.mid_stream');
    expect(did).to.deep.equal(['kill', 'stop', 'delay 30']);
  });

  it('a boundary armed to throw says which it is', () => {
    arm('step.after_exec:hit=1:action=throw');
    expect(() => void failpoint('step.after_exec')).to.throw('failpoint "step.after_exec"');
  });

  for (const [text, message] of [
    ['commit.befor:action=kill', 'no failpoint "commit.befor"; did you mean "commit.before"?'],
    [
      'commit.before:action=explode',
      '"commit.before:action=explode" is no failpoint; write "name:hit=1:action=kill", or "throw", "stop", "delay:100"',
    ],
  ] as const)
    it(`"${text}" is refused`, () => {
      try {
        arm(text);
        expect.fail('it was taken');
      } catch (thrown) {
        expect(asProblem(thrown).toData()).to.deep.equal({ type: 'invalid_request', message });
      }
    });

  it('killed at every boundary, one after the other, work is neither lost nor done twice', async function () {
    this.timeout(300_000);
    const program = await victim;
    // Each life of a store begins with its making.
    let crime = commitCrime(program);
    const survivors: string[] = [];
    for (const [place, name] of [
      'migrate.each' as const,
      ...failpoints.filter((name) => name !== 'migrate.each'),
    ].entries()) {
      const { killed } = await crime.strike({ failpoint: `${name}:hit=${times[name] ?? 1}:action=kill` });
      if (!killed) survivors.push(name);
      if (place % 3 !== 2) continue;
      await crime.strike();
      await crime.judge();
      crime = place % 9 === 8 ? commitCrime(program) : crime;
    }
    expect((await crime.strike()).atWork).to.equal(false);
    await crime.judge();
    expect(survivors, 'boundaries that nothing reached').to.deep.equal([]);
  });
});

function arm(text: string): { readonly did: string[] } {
  const did: string[] = [];
  armFailpoints(text, {
    kill: () => void did.push('kill'),
    stop: () => void did.push('stop'),
    delay: (ms) => Promise.resolve(did.push(`delay ${ms}`)).then(() => undefined),
  });
  return { did };
}

function disarm(): void {
  arm('');
}
