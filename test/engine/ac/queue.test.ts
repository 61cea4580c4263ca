import { expect } from 'chai';
import type { Engine } from '../../../engine/api.ts';
import { closeEngines, engineOf, first, gate } from '../kit.ts';

const files = {
  'engine.yaml': 'model: script/none\n',
  'src/models/none.yaml': 'default: { text: ok }\n',
  'src/agents/a.md': '---\ndescription: A.\n---\n\nYou are it.\n',
};
const settled = (engine: Engine, ids: readonly string[]) =>
  Promise.all(ids.map((id) => engine.submissions.wait(id)));

describe('a queue of messages', function () {
  this.timeout(120_000);
  afterEach(closeEngines);

  it('AC-26: a thousand messages of fifty clients to ten instances are answered in the order of their receipts', async () => {
    const answered: string[] = [];
    const { engine } = await engineOf(files, ({ messages }) => {
      const last = messages.at(-1)?.content[0];
      answered.push(last?.type === 'text' ? last.text : '');
      return 'ok';
    });
    const receipts: { submissionId: string; message: string }[] = [];
    const client = async (name: number): Promise<void> => {
      for (let sent = 0; sent < 20; sent += 1) {
        const instance = `i${(name + sent) % 10}`;
        const message = `${instance} ${name}/${sent}`;
        const { submissionId } = await engine.dispatch('a', { instance, message });
        receipts.push({ submissionId, message });
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, name) => client(name)));
    await settled(
      engine,
      receipts.map(({ submissionId }) => submissionId),
    );
    expect(answered).to.have.length(1000);
    // Ids grow with admission.
    receipts.sort((one, other) => (one.submissionId < other.submissionId ? -1 : 1));
    for (let instance = 0; instance < 10; instance += 1) {
      const own = (text: string): boolean => text.startsWith(`i${instance} `);
      expect(answered.filter(own)).to.deep.equal(receipts.map(({ message }) => message).filter(own));
    }
  });

  it('AC-28: a message to a busy session says how many are before it, and runs also when the one before fails', async () => {
    const hold = gate();
    const { engine } = await engineOf(files, async (_request, turn) => {
      await hold.opened;
      if (turn === 1) throw new Error('no');
      return 'ok';
    });
    const send = () => engine.dispatch('a', { instance: 'x', message: 'hi' });
    const [one, second, third] = [await send(), await send(), await send()];
    const queued = await first(engine.submissions.subscribe(third.submissionId), () => true);
    expect(queued).to.deep.include({ type: 'submission_queued', data: { position: 2 } });
    hold.open();
    const states = await settled(engine, [one.submissionId, second.submissionId, third.submissionId]);
    expect(states.map(({ state }) => state)).to.deep.equal(['failed', 'succeeded', 'succeeded']);
  });

  it('AC-30: of what is at work, what waits and what has ended, an abort ends the first two', async () => {
    const hold = gate();
    const { engine } = await engineOf(files, async (_request, turn) => {
      if (turn === 2) await hold.opened;
      return 'ok';
    });
    const send = () => engine.dispatch('a', { instance: 'x', message: 'hi' });
    const done = await send();
    await engine.submissions.wait(done.submissionId);
    const [running, waiting] = [await send(), await send()];
    const ids = [done, running, waiting].map(({ submissionId }) => submissionId);
    expect(await Promise.all(ids.map((id) => engine.submissions.abort(id)))).to.deep.equal([
      false,
      true,
      true,
    ]);
    const states = await settled(engine, ids);
    expect(states.map(({ state }) => state)).to.deep.equal(['succeeded', 'cancelled', 'cancelled']);
    hold.open();
  });

  it('AC-32: nine instances with one message do not wait for one with ten thousand', async () => {
    let answered = 0;
    const { engine } = await engineOf(
      { ...files, 'engine.yaml': 'model: script/none\ndefaults: { queueLimit: 20000 }\n' },
      async ({ messages }) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const last = messages.at(-1)?.content[0];
        if (last?.type === 'text' && last.text === 'big') answered += 1;
        return 'ok';
      },
    );
    await Promise.all(
      Array.from({ length: 10_000 }, () => engine.dispatch('a', { instance: 'big', message: 'big' })),
    );
    /** How many messages of the large queue are answered before the nine are. */
    const overtaking = async (): Promise<number> => {
      const before = answered;
      await Promise.all(
        Array.from({ length: 9 }, async (_, index) => {
          const { submissionId } = await engine.dispatch('a', { instance: `n${index}`, message: 'hi' });
          return engine.submissions.wait(submissionId);
        }),
      );
      return answered - before;
    };
    // The best of some, since the machine may have other work at any moment.
    let best = Infinity;
    for (let time = 0; time < 5; time += 1) best = Math.min(best, await overtaking());
    const left = (await engine.executions({ states: ['queued'], limit: 1000 })).length;
    expect(left, 'the large queue was still there').to.be.greaterThan(0);
    expect(best).to.be.lessThan(10);
  }).timeout(120_000);
});
