import { expect } from 'chai';
import * as fc from 'fast-check';
import { join } from 'node:path';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import type { Engine, Session } from '../../engine/api.ts';
import { asProblem } from '../../engine/core/problem.ts';
import type { Store } from '../../engine/ports/store.ts';
import { temporaryFolder } from '../fakes/project.ts';
import { closeEngines, engineOf, gate, linesOf, type Answer } from '../engine/kit.ts';
import { expectWellFormed } from './well-formed.ts';

const agent = (more = ''): string =>
  `---\ndescription: An agent.\nmodel: openai/m\n${more}---\n\nYou are it.\n`;

const project = {
  'src/agents/a.md': agent('tools: [look]\n'),
  'src/agents/reject.md': agent('busy: reject\n'),
  'src/agents/replace.md': agent('busy: replace\n'),
  'src/agents/join.md': agent('busy: join\n'),
  'src/tools/look.ts':
    "export default { description: 'Looks.', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true }, run: () => 'looked' };",
};

const stores: Readonly<Record<string, () => Promise<Store | 'memory'>>> = {
  memory: () => Promise.resolve('memory'),
  'SQLite on disk': () => openSqliteStore({ path: join(temporaryFolder(), 'engine.sqlite') }),
};

for (const [name, open] of Object.entries(stores))
  describe(`sessions: many at once, over ${name}`, function () {
    this.timeout(120_000);
    afterEach(closeEngines);

    it('a hundred sessions with three prompts each: every one has its own answers, in order, and nobody else’s', async () => {
      const { engine } = await engineOf(
        project,
        ({ messages }): Answer => {
          const lines = linesOf(messages);
          return messages.at(-1)?.role === 'tool' ? `re: ${lines.at(-3)}` : { calls: [{ tool: 'look' }] };
        },
        { store: await open() },
      );
      const texts = ['one', 'two', 'three'];
      const sessions = Array.from({ length: 100 }, (_, index) =>
        engine.agents.session('a', `instance ${index % 10}`, `session ${index}`),
      );
      const answers = await Promise.all(
        sessions.map((session) =>
          Promise.all(texts.map(async (text) => (await session.prompt(`${session.session} ${text}`)).text)),
        ),
      );
      for (const [index, session] of sessions.entries()) {
        const messages = await session.history();
        expectWellFormed(messages);
        expect(linesOf(messages)).to.deep.equal(
          texts.flatMap((text) => [
            `user: ${session.session} ${text}`,
            'assistant: look({})',
            'tool: = "looked"',
            `assistant: re: user: ${session.session} ${text}`,
          ]),
        );
        expect(answers[index]).to.deep.equal(texts.map((text) => `re: user: ${session.session} ${text}`));
      }
      expect(await engine.executions({ kind: 'submission', limit: 1000 })).to.have.length(300);
    });

    for (const [policy, expected, lines] of [
      ['a', ['re: 1', 're: 2', 're: 3'], ['1', 're: 1', '2', 're: 2', '3', 're: 3']],
      ['reject', ['re: 1', 'session_busy', 'session_busy'], ['1', 're: 1']],
      ['replace', ['aborted', 'aborted', 're: 3'], ['1', '3', 're: 3']],
      ['join', ['re: 3', 're: 3', 're: 3'], ['1', '2', '3', 're: 3']],
    ] as const)
      it(`three prompts at once on one session, busy "${policy === 'a' ? 'queue' : policy}"`, async () => {
        // All are asked before the first one is answered.
        const all = gate();
        const { engine } = await engineOf(
          policy === 'join'
            ? { ...project, 'src/agents/join.md': agent('busy: join\ntools: [look]\n') }
            : project,
          async ({ messages }): Promise<Answer> => {
            await all.opened;
            const last = linesOf(messages).at(-1)?.replace('user: ', '');
            if (policy === 'replace' && last === '1') return new Promise<Answer>(() => undefined);
            return policy === 'join' && messages.length === 1 ? { calls: [{ tool: 'look' }] } : `re: ${last}`;
          },
          { store: await open() },
        );
        const session = engine.agents.session(policy, 'x');
        const asked = Promise.all(['1', '2', '3'].map((text) => outcomeOf(session, text)));
        const admitted = async (): Promise<number> =>
          (await engine.executions({ kind: 'submission' })).length;
        while ((await admitted()) < (policy === 'reject' ? 1 : 3)) await new Promise(setImmediate);
        all.open();
        const outcomes = await asked;
        expect(outcomes).to.deep.equal(expected);
        const messages = await session.history();
        expectWellFormed(messages);
        const said = linesOf(messages).map((line) => line.replace(/^(user|assistant): /, ''));
        const own = said.filter((line) => !line.startsWith('look') && !line.startsWith('tool'));
        // What was replaced may have been said before it was replaced.
        expect(policy === 'replace' ? own.filter((line) => line !== '1') : own).to.deep.equal(
          lines.filter((line) => policy !== 'replace' || line !== '1'),
        );
      });

    it('prompts, aborts and forks in any order: nothing interleaves, nothing is lost', async () => {
      const act = fc.oneof(
        { weight: 5, arbitrary: fc.record({ do: fc.constant('prompt' as const), at: fc.nat(2) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), at: fc.nat(2) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('fork' as const), at: fc.nat(2) }) },
        { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const), at: fc.nat(2) }) },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.array(act, { minLength: 5, maxLength: 25 }),
          async (scheduler, acts) => {
            const { engine } = await engineOf(
              project,
              async ({ messages }): Promise<Answer> => {
                const last = linesOf(messages).at(-1)?.replace('user: ', '');
                await scheduler.schedule(Promise.resolve());
                return `re: ${last}`;
              },
              { store: await open() },
            );
            await play(engine, scheduler, acts);
            await engine.close();
          },
        ),
        { numRuns: name === 'memory' ? 40 : 12, endOnFailure: true },
      );
    });
  });

async function outcomeOf(session: Session, text: string): Promise<string> {
  try {
    return (await session.prompt(text)).text;
  } catch (thrown) {
    return asProblem(thrown).code;
  }
}

interface Act {
  readonly do: 'prompt' | 'abort' | 'fork' | 'answer';
  readonly at: number;
}

/** Does all of it over three sessions, lets the models answer to the end, and looks at what came of it. */
async function play(engine: Engine, scheduler: fc.Scheduler, acts: readonly Act[]): Promise<void> {
  const sessions = ['p', 'q', 'r'].map((session) => engine.agents.session('a', 'x', session));
  const asked = sessions.map((): { text: string; outcome: Promise<string> }[] => []);
  const forks: { readonly of: number; readonly fork: Promise<Session | undefined> }[] = [];
  let isOver = false;
  for (const [number, { do: what, at }] of acts.entries()) {
    const session = sessions[at];
    if (session === undefined) continue;
    if (what === 'prompt') asked[at]?.push({ text: `${number}`, outcome: outcomeOf(session, `${number}`) });
    if (what === 'abort') await session.abort();
    if (what === 'fork') forks.push({ of: at, fork: session.fork(`fork ${number}`).catch(() => undefined) });
    if (what === 'answer') {
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      if (scheduler.count() > 0) await scheduler.waitOne();
    }
  }
  const all = Promise.all(asked.flat().map(({ outcome }) => outcome)).then(() => (isOver = true));
  while (!isOver) {
    if (scheduler.count() > 0) await scheduler.waitOne();
    await new Promise(setImmediate);
  }
  await all;
  for (const [at, session] of sessions.entries()) {
    const lines = linesOf(await session.history());
    expectWellFormed(await session.history());
    const users = lines.filter((line) => line.startsWith('user: ')).map((line) => Number(line.slice(6)));
    expect(users, 'in the order of admission').to.deep.equal(users.toSorted((a, b) => a - b));
    for (const { text, outcome } of asked[at] ?? []) {
      const place = lines.indexOf(`user: ${text}`);
      if ((await outcome) === `re: ${text}`)
        expect(lines[place + 1], `the answer to ${text}`).to.equal(`assistant: re: ${text}`);
      else expect(await outcome).to.equal('aborted');
    }
    const answers = lines.filter((line) => line.startsWith('assistant: '));
    expect(new Set(answers).size, 'each answer once').to.equal(answers.length);
  }
  for (const { of, fork } of forks) {
    const copy = await fork;
    if (copy === undefined) continue;
    const lines = linesOf(await copy.history());
    const whole = linesOf((await sessions[of]?.history()) ?? []);
    expect(whole.slice(0, lines.length), 'a fork is the beginning of what it was made of').to.deep.equal(
      lines,
    );
  }
}
