import { expect } from 'chai';
import fc from 'fast-check';
import { admitCommand } from '../../../engine/adapters/sandbox/admit-command.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { sandboxSpec } from './open-test-sandbox.ts';
import { createShims } from './shims.ts';

const programs = [
  'echo',
  'id',
  'ls',
  'sh',
  'env',
  'xargs',
  'touch',
  'x',
  'a',
  'EOF',
  'E',
  'then',
  'fi',
  'do',
  'done',
];

/** Pieces of commands, and every sign with a meaning to some shell. */
const pieces = [
  ...[
    'echo',
    'echo',
    'echo ',
    ' ',
    ' ',
    'id',
    'id',
    'ls',
    'touch f',
    'sh -c id',
    'x',
    'a',
    '1',
    '-n',
    '--',
    '-',
  ],
  ...[
    ';',
    ';;',
    '&&',
    '||',
    '|',
    '|&',
    '&',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\v',
    '\0',
    '\u2028',
    '\u00a0',
    '\\\n',
    '\\',
  ],
  ...[
    '#',
    ' #',
    '$',
    '${',
    '}',
    '{',
    '$(',
    ')',
    '(',
    '`',
    '$((',
    '))',
    '"',
    "'",
    "$'",
    '$"',
    "$'\\x69\\x64'",
    "$'\\n'",
  ],
  ...[
    '>',
    '>>',
    '<',
    '<<<',
    '<<E\n',
    '\nE\n',
    '<<-E\n',
    '<(',
    '>(',
    '>&',
    '&>',
    '2>&1',
    '>|',
    '> f',
    '>/dev/null',
  ],
  ...['*', '?', '[', ']', '[!a]', '~', '!', '=', ':', ',', '%', '@', '+', '^'],
  ...[
    'if ',
    'then ',
    'fi',
    'for i in ',
    'do ',
    'done',
    'while ',
    'case x in x) ',
    'esac',
    'time ',
    'function f ',
    'f() ',
  ],
  ...[
    'eval ',
    'exec ',
    'command ',
    'builtin ',
    '. ',
    'source ',
    'alias echo=id',
    'trap id EXIT',
    'export ',
    'set -- ',
  ],
  ...[
    'PATH=. ',
    'IFS=c ',
    'A=id ',
    '$A',
    '"$A"',
    'BASH_ENV=x ',
    './',
    '/bin/',
    '../',
    'ech',
    'o',
    'i',
    'd',
    '\\i',
    'i""d',
    '{id,x}',
  ],
];

/** Whole commands that other systems let through, to be changed here and there. */
const holes = [
  'echo x#;id',
  'echo x#&&id',
  'echo x#|id',
  'echo a# ; id',
  'echo "$(id)"',
  'echo `id`',
  'echo ${x:-$(id)}',
  'echo $((a[$(id)]))',
  'echo <<E\n$(id)\nE\n',
  "echo $'\\x26\\x26' id",
  'echo a\\\nb; id',
  'echo; {id,x}',
  'A=id; $A',
  'echo() { id; }; echo',
  'for i in id; do $i; done',
  'case x in x) id;; esac',
  'echo a & id',
  'echo a > f; ./f',
];

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
      .map((parts) => `echo ${parts.join('')}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 10 })
      .map((parts) => parts.join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...holes), fc.nat(30), fc.nat(3), fc.constantFrom(...pieces))
      .map(([hole, at, cut, piece]) => hole.slice(0, at) + piece + hole.slice(at + cut)),
  },
);

/**
 * Runs whatever the policy lets through of so many commands where only `echo` is allowed, and fails when another program ran or a file
 * was left.
 */
export async function fuzzCommands(count: number, seed: number): Promise<{ readonly admitted: number }> {
  const shims = await createShims(programs);
  let admitted = 0;
  try {
    for (const [index, text] of fc.sample(command, { numRuns: count, seed }).entries()) {
      const spec = sandboxSpec({ shell: true, write: false, commands: ['echo'], compound: index % 2 === 0 });
      try {
        const taken = await admitCommand(spec, text, { filesAreKept: false });
        const { argv, script } = taken;
        admitted += 1;
        await shims.run({ argv, script });
      } catch (thrown) {
        expect(thrown).to.be.instanceOf(Problem);
        expect((thrown as Problem).code).to.equal('sandbox_denied');
        continue;
      }
      const ran = await shims.ran();
      if (ran.some((name) => name !== 'echo'))
        throw new Error(`${JSON.stringify(text)} ran ${ran.join(', ')}`);
      const left = await shims.left();
      if (left.length > 0) throw new Error(`${JSON.stringify(text)} left ${left.join(', ')}`);
    }
  } finally {
    await shims.remove();
  }
  return { admitted };
}
