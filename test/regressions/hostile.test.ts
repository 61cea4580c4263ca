import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { cases } from './hostile/cases.ts';
import type { Answer } from './hostile/checker.ts';
import { builtProgram } from '../fakes/programs.ts';

/** Milliseconds a check may take on a machine that does `busyWork` in `usualWork`. */
const most = 500;
/** Milliseconds after which a check counts as hung, also on a machine that is busy with much else. */
const patience = 100_000;
/** How often one that takes too long is tried: what else is at work slows down one try, a bad check all of them. */
const tries = 5;
/** What `busyWork` takes on such a machine. */
const usualWork = 30;

describe('hostile files', function () {
  this.timeout(2 * patience);
  let checker: ChildProcess | undefined;

  const start = async (): Promise<ChildProcess> => {
    const child = fork(await builtProgram('checker'), { execArgv: [], silent: true });
    // The first check of a process pays for loading and compiling.
    const small = projectOf({ 'src/workflows/w.yaml': 'steps: [{ id: s, log: "{{input.a}}" }, { id: t, tool: t }]\n' });
    child.send(small);
    await once(child, 'message');
    return child;
  };

  const ask = async (folder: string): Promise<Answer | string> => {
    checker ??= await start();
    const child = checker;
    child.send(folder);
    const gone = new AbortController();
    const answer = await Promise.race([
      once(child, 'message', { signal: gone.signal }).then(([message]) => message as Answer),
      once(child, 'exit', { signal: gone.signal }).then(([code, signal]) => `ended with ${String(code ?? signal)}`),
      sleep(patience, `did not end within ${patience} ms`, { signal: gone.signal }),
    ]);
    gone.abort();
    if (typeof answer === 'string') {
      child.kill('SIGKILL');
      checker = undefined;
    }
    return answer;
  };

  after(() => checker?.kill('SIGKILL'));

  for (const { title, write, finds } of cases) {
    it(`${title}: checked in time, with a place for what is wrong`, async () => {
      const folder = temporaryFolder();
      write(folder);
      const answer = await ask(folder);
      if (typeof answer === 'string') expect.fail(`the checker ${answer}`);
      expect(answer.thrown).to.equal(undefined);
      if (finds !== undefined) expect(answer.findings.join('\n')).to.match(finds);
      let { ms } = answer;
      let slack = 1;
      for (let one = 0; one < tries && ms >= most * slack; one += 1) {
        const again = await ask(folder);
        if (typeof again === 'string') expect.fail(`the checker ${again}`);
        ms = Math.min(ms, again.ms);
        slack = Math.max(slack, busyWork() / usualWork);
      }
      expect(ms, `milliseconds, where the machine is ${slack.toFixed(1)} times slower than usual`).to.be.below(most * slack);
    });
  }
});

/** Milliseconds of the processor that a fixed piece of work takes now. */
function busyWork(): number {
  const started = process.cpuUsage();
  const words = new Map<string, number>();
  for (let turn = 0; turn < 600_000; turn += 1) {
    const word = `w${(turn * 7919) % 5003}`;
    words.set(word, (words.get(word) ?? 0) + word.length);
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
