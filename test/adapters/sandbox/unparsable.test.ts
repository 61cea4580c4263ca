import { expect } from 'chai';
import { Problem } from '../../../engine/core/problem.ts';
import { openTestSandbox } from './open-test-sandbox.ts';

const free = { shell: true, write: true } as const;

describe('what the parser of the shell never comes back from', () => {
  for (const command of [
    'echo $((x$))',
    'echo $((x${',
    'echo `echo $((x${`',
    'echo $((,$"',
    '((x$))',
    'for ((i=$;;)); do :; done',
    'echo $[x$]',
    'echo ${x:$}',
    'echo ${a:1:$ }',
    "echo <(}$(($'",
    'echo >esac}$((1time ?1$A',
    "eval 'echo $((x$))'",
    "eval 'echo \\$((x\\$))'",
    'echo $\\\n((x$))',
  ])
    it(`${JSON.stringify(command)} is refused before`, async () => {
      const sandbox = await openTestSandbox(free);
      const thrown: unknown = await sandbox.exec(command).catch((reason: unknown) => reason);
      expect(thrown).to.be.instanceOf(Problem);
      expect((thrown as Problem).code).to.equal('sandbox_denied');
    });

  for (const [command, stdout] of [
    ['echo $((1 + 2 * (3 - 1)))', '5\n'],
    ['x=4; echo $(( $x % 3 )) $((x++)) $x', '1 4 5\n'],
    ['x=abcdef; echo ${x:1:2} ${x: -2} ${y:-none} ${#x}', 'bc ef none 6\n'],
    ['for ((i = 0; i < 2; i++)); do echo $i; done', '0\n1\n'],
    ['if (( 2 > 1 )); then echo yes; fi', 'yes\n'],
    ["echo 'a$' | grep -c '$'", '1\n'],
  ] as const)
    it(`${JSON.stringify(command)} runs`, async () => {
      const sandbox = await openTestSandbox(free);
      expect((await sandbox.exec(command)).stdout).to.equal(stdout);
    });
});
