import { expect } from 'chai';
import { Problem } from '../../../engine/core/problem.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import { openTestSandbox } from './open-test-sandbox.ts';

const free = {
  shell: true,
  write: true,
  limits: { timeoutMs: 3_000, outputBytes: 10_000, fileBytes: 100_000 },
} as const;

/** The parser of the shell never comes back from what these make while they run. */
const endless = [
  'd=\\$; eval "echo \\$((x$d))"',
  'd=\'$\'; x="y$d"; echo $((x))',
  "d='$'; echo $((1 + $d))",
  'd=\'$\'; let "x$d"',
  'd=\'$\'; declare -i q; q="x$d"; echo $q',
  'd=\'$\'; [[ "x$d" -eq 1 ]]; echo $?',
  "v='a[x$]'; echo ${!v}",
  'd=\'a[x$]\'; unset "$d"',
  'd=\'a[x$]\'; read "$d" <<< 1',
  'd=\'a[x$]\'; printf -v "$d" hi',
  'd=\'a[x$]\'; [ -v "$d" ]',
  "printf 'echo \\044((x\\044))' > f; . ./f",
  "printf 'echo \\044((x\\044))' > f; bash f",
  "printf 'echo \\044((x\\044))' | bash",
  'p=$(printf \'echo \\044((x\\044))\'); bash -c "$p"',
  'f() { eval "$1"; }; f "$(printf \'echo \\044((x\\044))\')"',
  'p=$(printf \'echo \\044((x\\044))\'); $p; command eval "$p"',
  'p=$(printf \'echo \\044((x\\044))\'); timeout 1 bash -c "$p"; env bash -c "$p"',
  "printf 'echo \\044((x\\044))' > f; find . -name f -exec bash {} ';'",
  "printf 'f' > g; printf 'echo \\044((x\\044))' > f; xargs bash < g",
] as const;

describe('text that a script makes while it runs', function () {
  this.timeout(120_000);

  it('ends with its command, and other work goes on meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 10);
    for (let begin = 0; begin < endless.length; begin += 5)
      await Promise.all(
        endless.slice(begin, begin + 5).map(async (command) => {
          const sandbox = await openTestSandbox(free);
          const thrown: unknown = await sandbox
            .exec(command, { timeoutMs: 700 })
            .catch((problem: unknown) => problem);
          expect(thrown, command).to.be.instanceOf(Problem);
          expect((thrown as Problem).code, command).to.be.oneOf(['timeout', 'sandbox_failed']);
          await sandbox.writeFile('after.txt', 'still there');
          expect((await sandbox.exec('cat after.txt')).stdout).to.equal('still there');
          await sandbox.close();
        }),
      );
    clearInterval(timer);
    expect(turns).to.be.greaterThan(20);
  });

  it('ends with an abort and with the sandbox', async () => {
    const sandbox = await openTestSandbox(free);
    const stop = new AbortController();
    const aborted = codeOf(sandbox, endless[0], stop.signal);
    const closed = codeOf(sandbox, endless[1]);
    stop.abort();
    expect(await aborted).to.equal('aborted');
    await sandbox.close();
    expect(await closed).to.equal('aborted');
  });

  it('takes no more memory than the sandbox has', async () => {
    const sandbox = await openTestSandbox({
      ...free,
      limits: { ...free.limits, timeoutMs: 50_000 },
      bounds: { files: 1000, memoryMb: 16, processes: 64 },
    });
    const thrown = (await sandbox.exec(endless[1]).catch((problem: unknown) => problem)) as Problem;
    expect(thrown.code).to.equal('sandbox_failed');
    expect(thrown.message).to.equal('the command needs more memory than it may have');
    expect((await sandbox.exec('i=1; echo $((i + 1))')).stdout).to.equal('2\n');
  });

  for (const [command, stdout] of [
    ['i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo $i > n$i; done; cat n*', '1\n2\n3\n'],
    ['eval "echo one; echo two"', 'one\ntwo\n'],
    ["mkdir d; echo text > d/a; find . -name a -exec cat {} ';'; grep -r text .", 'text\nd/a:text\n'],
    ['printf "a b c" | xargs -n 1 echo', 'a\nb\nc\n'],
    ['rg -l x; echo x > f; rg -l x; echo $((1))', 'f\n1\n'],
    ['cat none; eval "cat none"; echo $?', '1\n'],
    ['printf "%s" "é€" > b; eval "wc -c < b"', '5\n'],
  ] as const)
    it(`runs like any other: ${command}`, async () => {
      const sandbox = await openTestSandbox(free);
      expect((await sandbox.exec(command)).stdout.replace(/^ +/gm, '').replace('./d/a', 'd/a')).to.equal(
        stdout,
      );
    });

  it('is held to what the sandbox allows', async () => {
    const sandbox = await openTestSandbox({ ...free, write: false });
    const { stderr } = await sandbox.exec('eval "echo x > f"');
    expect(stderr).to.match(/read-only file system/);
    expect(await sandbox.list('.')).to.deep.equal([]);
  });

  it('sees nothing of the environment of the engine', async () => {
    process.env['CANARY_OF_TEST'] = 'canary-value';
    const sandbox = await openTestSandbox(free, { env: { OWN: 'yes' } });
    const { stdout } = await sandbox.exec('eval env; eval "echo $OWN"');
    delete process.env['CANARY_OF_TEST'];
    expect(stdout)
      .to.match(/yes\n$/)
      .and.not.to.include('canary-value');
  });
});

async function codeOf(sandbox: Sandbox, command: string, signal?: AbortSignal): Promise<unknown> {
  const options = signal === undefined ? {} : { signal };
  return sandbox.exec(command, options).catch(({ code }: Problem) => code);
}
