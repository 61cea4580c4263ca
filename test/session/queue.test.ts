import { expect } from 'chai';
import type { Engine } from '../../engine/api.ts';
import type { JsonObject } from '../../engine/core/json.ts';
import { all, closeEngines, engineOf, failureOf, gate, linesOf } from '../engine/kit.ts';

const agent = (text = ''): string =>
  `---\ndescription: An agent.\nmodel: openai/gpt-5\n${text}---\n\nYou are it.\n`;

describe('sessions: one prompt at a time', () => {
  afterEach(closeEngines);

  it('prompts of a session run in the order they came; those of other sessions do not wait', async () => {
    const gates = [gate(), gate(), gate()];
    const log: string[] = [];
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, async ({ messages }) => {
      const text = linesOf(messages).at(-1) ?? '';
      log.push(`begin ${text}`);
      const number = /\d/.exec(text)?.[0];
      if (number !== undefined) await gates[Number(number) - 1]?.opened;
      log.push(`end ${text}`);
      return 'ok';
    });
    const session = engine.agents.session('a', 'x');
    const prompts = ['1', '2', '3'].map((text) => session.prompt(text));
    await engine.agents.session('a', 'y').prompt('free');
    for (const { open } of gates.toReversed()) open();
    await Promise.all(prompts);
    expect(log.filter((line) => !line.includes('free'))).to.deep.equal(
      ['1', '2', '3'].flatMap((text) => [`begin user: ${text}`, `end user: ${text}`]),
    );
    expect(log.indexOf('end user: free')).to.be.lessThan(log.indexOf('end user: 1'));
    expect(linesOf(await session.history())).to.deep.equal(
      ['1', '2', '3'].flatMap((text) => [`user: ${text}`, 'assistant: ok']),
    );
  });

  it('a waiting prompt says so, is queued in the records, and running when its turn comes', async () => {
    const [first, second] = [gate(), gate()];
    const begun = gate();
    const { engine, models } = await engineOf({ 'src/agents/a.md': agent() }, async (_request, turn) => {
      if (turn === 2) begun.open();
      await (turn === 1 ? first : second).opened;
      return 'ok';
    });
    const session = engine.agents.session('a', 'x');
    const one = session.prompt('1');
    const two = all(session.stream('2'));
    const states = (): Promise<string[]> => statesOf(engine);
    while ((await states()).length < 2 || models.requests.length === 0) await new Promise(setImmediate);
    expect(await states()).to.deep.equal(['1 running', '2 queued']);
    first.open();
    await begun.opened;
    await one;
    expect(await states()).to.deep.equal(['1 succeeded', '2 running']);
    second.open();
    const events = await two;
    expect(events[0]).to.deep.include({ type: 'submission_queued', data: { position: 1 } });
    expect(await states()).to.deep.equal(['1 succeeded', '2 succeeded']);
  });

  it('busy "reject" refuses a second prompt and stores nothing of it', async () => {
    const held = gate();
    const { engine } = await engineOf({ 'src/agents/a.md': agent('busy: reject\n') }, async () => {
      await held.opened;
      return 'ok';
    });
    const session = engine.agents.session('a', 'x');
    const one = session.prompt('1');
    expect(await failureOf(session.prompt('2'))).to.deep.equal({
      type: 'session_busy',
      message: 'session "default" of "a/x" is busy',
    });
    held.open();
    await one;
    expect(await engine.executions({})).to.have.length(1);
    expect((await session.prompt('3')).text).to.equal('ok');
  });

  it('busy "replace" ends what runs and refuses what waits', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent('busy: replace\n') }, ({ messages }) =>
      linesOf(messages).at(-1) === 'user: last' ? 'ok' : new Promise<string>(() => undefined),
    );
    const session = engine.agents.session('a', 'x');
    const replaced = { type: 'aborted', message: 'a newer prompt replaced this one' };
    const one = failureOf(session.prompt('1'));
    const two = failureOf(session.prompt('2'));
    const last = session.prompt('last');
    expect(await one).to.deep.equal(replaced);
    expect(await two).to.deep.equal(replaced);
    expect((await last).text).to.equal('ok');
    expect(await statesOf(engine)).to.deep.equal(['1 cancelled', '2 cancelled', 'last succeeded']);
  });

  it('abort ends the running prompt and refuses the waiting ones; the next prompt works', async () => {
    const { engine, models } = await engineOf(
      {
        'src/agents/a.md': agent('tools: [hang]\n'),
        'src/tools/hang.ts':
          "export default { description: 'Hangs.', inputSchema: { type: 'object' }, run: (input, { log }) => { log('at work'); return new Promise(() => undefined); } };",
      },
      (_request, turn) => (turn === 1 ? { calls: [{ tool: 'hang' }, { tool: 'hang' }] } : 'ok'),
    );
    const session = engine.agents.session('a', 'x');
    const working = gate();
    const one = failureOf(session.prompt('1', { onEvent: ({ type }) => type === 'log' && working.open() }));
    const two = failureOf(session.prompt('2'));
    await working.opened;
    expect(await session.abort('enough')).to.equal(true);
    const aborted = { type: 'aborted', message: 'enough' };
    expect(await one).to.deep.equal(aborted);
    expect(await two).to.deep.equal(aborted);
    expect(await session.abort()).to.equal(false);
    expect((await engine.executions({})).map(({ state }) => state)).to.deep.equal(['cancelled', 'cancelled']);
    expect((await session.prompt('3')).text).to.equal('ok');
    const unknown = '! "the call was interrupted; whether it took effect is unknown"';
    expect(linesOf(models.requests.at(-1)?.messages ?? [])).to.deep.equal([
      'user: 1',
      'assistant: hang({}) hang({})',
      `tool: ${unknown} ${unknown}`,
      'user: 3',
    ]);
  });

  it('a waiting prompt whose own signal aborts ends at once, and the others go on', async () => {
    const held = gate();
    const { engine } = await engineOf({ 'src/agents/a.md': agent() }, async () => {
      await held.opened;
      return 'ok';
    });
    const session = engine.agents.session('a', 'x');
    const controller = new AbortController();
    const one = session.prompt('1');
    const two = failureOf(session.prompt('2', { signal: controller.signal }));
    const three = session.prompt('3');
    controller.abort();
    expect((await two).type).to.equal('aborted');
    held.open();
    await Promise.all([one, three]);
    expect(linesOf(await session.history())).to.deep.equal([
      'user: 1',
      'assistant: ok',
      'user: 3',
      'assistant: ok',
    ]);
  });

  it('a listener that throws harms nothing', async () => {
    const { engine } = await engineOf({ 'src/agents/a.md': agent() });
    const { text } = await engine.agents.session('a', 'x').prompt('1', {
      onEvent: () => {
        throw new Error('mine');
      },
    });
    expect(text).to.equal('ok');
  });
});

/** Every submission as `message state`, by message. */
async function statesOf(engine: Engine): Promise<string[]> {
  const submissions = await engine.executions({});
  return submissions.map(({ input, state }) => `${String((input as JsonObject)['message'])} ${state}`).sort();
}
