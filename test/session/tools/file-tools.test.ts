import { expect } from 'chai';
import { createSandboxes } from '../../../engine/adapters/sandbox/sandboxes.ts';
import type { Json } from '../../../engine/core/json.ts';
import { Problem } from '../../../engine/core/problem.ts';
import { compileSchema } from '../../../engine/expr/index.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import type { BuiltinTool } from '../../../engine/program/tool.ts';
import { fileTools } from '../../../engine/session/tools/index.ts';
import { sandboxSpec } from '../../adapters/sandbox/open-test-sandbox.ts';
import { busy, expectWithin } from '../../fakes/contention.ts';

const limits = { timeoutMs: 600_000, outputBytes: 10_000, fileBytes: 5_000_000 };

async function sandboxWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<Sandbox> {
  const sandbox = await createSandboxes({ projectRoot: process.cwd() }).open(
    sandboxSpec({ write: true, shell: true, limits }),
    { env: {} },
  );
  for (const [path, content] of Object.entries(files)) await sandbox.writeFile(path, content);
  return sandbox;
}

function toolNamed(name: BuiltinTool) {
  const tool = fileTools.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
}

/** Checks the input as a session does, then runs the tool. */
async function call(sandbox: Sandbox, name: BuiltinTool, input: Json, signal?: AbortSignal): Promise<Json> {
  const tool = toolNamed(name);
  const checked = compileSchema(tool.inputSchema).check(input);
  expect(checked.faults).to.deep.equal([]);
  return tool.run(checked.value, { sandbox, signal: signal ?? new AbortController().signal });
}

async function failure(running: Promise<unknown>): Promise<string> {
  const thrown = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).to.be.instanceOf(Problem);
  return (thrown as Problem).message;
}

describe('the built-in tools', () => {
  it('have closed schemas and say what they need', () => {
    expect(fileTools.map(({ name, needs }) => [name, needs])).to.deep.equal([
      ['read', 'read'],
      ['write', 'write'],
      ['edit', 'write'],
      ['ls', 'read'],
      ['glob', 'read'],
      ['grep', 'read'],
      ['stat', 'read'],
      ['exists', 'read'],
      ['mkdir', 'write'],
      ['rm', 'write'],
      ['bash', 'shell'],
    ]);
    for (const tool of fileTools) {
      const { faults } = compileSchema(tool.inputSchema).check({ path: 'a', surprise: 1 });
      expect(faults, tool.name).not.to.deep.equal([]);
      expect(tool.inputSchema['additionalProperties']).to.equal(false);
    }
  });
});

describe('read', () => {
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`).join('\n');

  it('gives a short file as it is', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'one\n\nthree\n', empty: '' });
    expect(await call(sandbox, 'read', { path: 'a.txt' })).to.equal('one\n\nthree');
    expect(await call(sandbox, 'read', { path: '/workspace/empty' })).to.equal('');
  });

  it('gives the lines asked for and says how to go on', async () => {
    const sandbox = await sandboxWith({ 'a.txt': numbered(1, 10) });
    expect(await call(sandbox, 'read', { path: 'a.txt', offset: 3, limit: 2 })).to.equal(
      'line 3\nline 4\n[lines 3 to 4 of 10; read on with offset 5]',
    );
    expect(await call(sandbox, 'read', { path: 'a.txt', offset: 9 })).to.equal('line 9\nline 10');
    expect(await failure(call(sandbox, 'read', { path: 'a.txt', offset: 11 }))).to.equal(
      'offset 11 is past the end: the file has 10 lines',
    );
  });

  it('stops after 2000 lines', async () => {
    const sandbox = await sandboxWith({ 'a.txt': numbered(1, 2500) });
    expect(await call(sandbox, 'read', { path: 'a.txt' })).to.equal(
      `${numbered(1, 2000)}\n[lines 1 to 2000 of 2500; read on with offset 2001]`,
    );
  });

  it('stops after 50 KB at the end of a line, and cuts a line that alone is longer', async () => {
    const sandbox = await sandboxWith({
      'wide.txt': `${'ü'.repeat(20_000)}\n${'b'.repeat(20_000)}\nlast`,
      'one.txt': `${'ü'.repeat(40_000)}\nlast`,
    });
    expect(await call(sandbox, 'read', { path: 'wide.txt' })).to.equal(
      `${'ü'.repeat(20_000)}\n[lines 1 to 1 of 3; read on with offset 2]`,
    );
    expect(await call(sandbox, 'read', { path: 'one.txt' })).to.equal(
      `${'ü'.repeat(25_600)}\n[line 1 is longer than 50 KB and was cut]\n[lines 1 to 1 of 2; read on with offset 2]`,
    );
  });

  it('lists a folder and refuses binary, missing and outside files', async () => {
    const sandbox = await sandboxWith({ 'sub/a.txt': '', 'sub/in/b': '', bin: Uint8Array.of(1, 0, 2) });
    expect(await call(sandbox, 'read', { path: 'sub' })).to.equal('a.txt\nin/');
    expect(await failure(call(sandbox, 'read', { path: 'bin' }))).to.equal(
      '"bin" is a binary file of 3 bytes; it cannot be handled as text',
    );
    expect(await failure(call(sandbox, 'read', { path: 'nope' }))).to.equal(
      'there is no file or folder "nope"',
    );
    expect(await failure(call(sandbox, 'read', { path: '/etc/passwd' }))).to.contain('outside the sandbox');
  });
});

describe('write and edit', () => {
  it('write makes and replaces files', async () => {
    const sandbox = await sandboxWith({});
    expect(await call(sandbox, 'write', { path: 'a/b.txt', content: 'x' })).to.equal('Wrote a/b.txt');
    await call(sandbox, 'write', { path: 'a/b.txt', content: 'y' });
    expect(await call(sandbox, 'read', { path: 'a/b.txt' })).to.equal('y');
  });

  it('edit replaces one exact text, taking $ and patterns as they are', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'cost: (1+1)\nend\n' });
    expect(await call(sandbox, 'edit', { path: 'a.txt', oldText: '(1+1)', newText: '$& $1' })).to.equal(
      'Edited a.txt: 1 replacement',
    );
    expect(await call(sandbox, 'read', { path: 'a.txt' })).to.equal('cost: $& $1\nend');
  });

  it('edit replaces all occurrences only when told to', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'a b a b a' });
    expect(await failure(call(sandbox, 'edit', { path: 'a.txt', oldText: 'a', newText: 'c' }))).to.equal(
      'oldText occurs 3 times in "a.txt"; add surrounding lines to make it unique, or set replaceAll',
    );
    expect(
      await call(sandbox, 'edit', { path: 'a.txt', oldText: 'a', newText: 'c', replaceAll: true }),
    ).to.equal('Edited a.txt: 3 replacements');
    expect(await call(sandbox, 'read', { path: 'a.txt' })).to.equal('c b c b c');
  });

  it('edit refuses text that is absent, empty or unchanged, leaving the file alone', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'text' });
    const edit = (oldText: string, newText: string) =>
      failure(call(sandbox, 'edit', { path: 'a.txt', oldText, newText }));
    expect(await edit('Text', 'x')).to.equal(
      'oldText does not occur in "a.txt"; read the file and copy the text exactly',
    );
    expect(await edit('', 'x')).to.equal('oldText is empty; use write to make a file');
    expect(await edit('text', 'text')).to.equal('oldText and newText are the same');
    expect(await call(sandbox, 'read', { path: 'a.txt' })).to.equal('text');
  });
});

describe('ls and glob', () => {
  const tree = {
    'b.ts': '',
    'a.md': '',
    'src/x.ts': '',
    'src/deep/y.ts': '',
    'node_modules/p/i.ts': '',
    '.git/z.ts': '',
  };

  it('ls marks folders', async () => {
    const sandbox = await sandboxWith(tree);
    expect(await call(sandbox, 'ls', {})).to.equal('.git/\na.md\nb.ts\nnode_modules/\nsrc/');
    await sandbox.makeFolder('void');
    expect(await call(sandbox, 'ls', { path: 'void' })).to.equal('(empty folder)');
    await sandbox.exec('ln -s /nowhere void/link');
    expect(await call(sandbox, 'ls', { path: 'void' })).to.equal('link (cannot be read)');
  });

  for (const [pattern, found] of [
    ['**/*.ts', 'b.ts\nsrc/deep/y.ts\nsrc/x.ts'],
    ['*.ts', 'b.ts'],
    ['./*.ts', 'b.ts'],
    ['src/*', 'src/x.ts'],
    ['src/**', 'src/deep/y.ts\nsrc/x.ts'],
    ['**', 'a.md\nb.ts\nsrc/deep/y.ts\nsrc/x.ts'],
    ['{a,b}.{md,ts}', 'a.md\nb.ts'],
    ['[ab].*', 'a.md\nb.ts'],
    ['[!a].*', 'b.ts'],
    ['?.md', 'a.md'],
    ['src/**/y.ts', 'src/deep/y.ts'],
    ['*.TS', 'no files match'],
    ['.+', 'no files match'],
    ['{a', 'no files match'],
    ['[', 'no files match'],
    [`${'*a'.repeat(30)}b`, 'no files match'],
  ] as const) {
    it(`glob ${pattern} finds ${found.replaceAll('\n', ', ')}`, async () => {
      const sandbox = await sandboxWith(tree);
      expect(await call(sandbox, 'glob', { pattern })).to.equal(found);
    });
  }

  it('glob searches a folder it is given, skipped ones too, and gives at most 500 paths', async () => {
    const sandbox = await sandboxWith(tree);
    expect(await call(sandbox, 'glob', { pattern: '**/*.ts', path: 'node_modules' })).to.equal('p/i.ts');
    await sandbox.exec('mkdir many; cd many; for i in $(seq 1000 1519); do echo > $i; done');
    const lines = String(await call(sandbox, 'glob', { pattern: '*', path: 'many' })).split('\n');
    expect([lines.length, lines[0], lines[499], lines[500]]).to.deep.equal([
      501,
      '1000',
      '1499',
      '[20 more files match]',
    ]);
    expect(await failure(call(sandbox, 'glob', { pattern: '*', path: 'nope' }))).to.equal(
      'there is no file or folder "nope"',
    );
  });
});

describe('grep', () => {
  it('gives file, line and text, and leaves binary files and bad links out', async () => {
    const sandbox = await sandboxWith({
      'a.txt': 'one\r\ntwo three\n',
      'src/b.ts': 'const two = 2;\n',
      bin: Uint8Array.of(0, 116, 119, 111),
    });
    await sandbox.exec('ln -s /etc/passwd bad');
    expect(await call(sandbox, 'grep', { pattern: 't[w]o|one' })).to.equal(
      'a.txt:1:one\na.txt:2:two three\nsrc/b.ts:1:const two = 2;',
    );
    expect(await call(sandbox, 'grep', { pattern: '(?i)TWO', include: '*.ts' })).to.equal(
      'src/b.ts:1:const two = 2;',
    );
    expect(await call(sandbox, 'grep', { pattern: 'two', include: 'src/**' })).to.equal(
      'src/b.ts:1:const two = 2;',
    );
    expect(await call(sandbox, 'grep', { pattern: 'two', path: 'a.txt' })).to.contain(':2:two three');
    expect(await call(sandbox, 'grep', { pattern: 'absent' })).to.equal('no lines match');
  });

  it('takes a pattern that starts with a dash as a pattern', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'run -f/etc/shadow\n--include=x\n-e\n' });
    expect(await call(sandbox, 'grep', { pattern: '-f/etc/shadow' })).to.equal('a.txt:1:run -f/etc/shadow');
    expect(await call(sandbox, 'grep', { pattern: '--include=.' })).to.equal('a.txt:2:--include=x');
    expect(await call(sandbox, 'grep', { pattern: '^-e$' })).to.equal('a.txt:3:-e');
  });

  it('names a broken pattern', async () => {
    const sandbox = await sandboxWith({ a: 'x' });
    expect(await failure(call(sandbox, 'grep', { pattern: '(' }))).to.contain(
      'pattern is not a regular expression',
    );
    expect(await failure(call(sandbox, 'grep', { pattern: '(?=x)' }))).to.contain(
      'pattern is not a regular expression',
    );
  });

  it('is not slowed down by nested quantifiers, and lets the event loop turn', async () => {
    const sandbox = await sandboxWith({
      'a.txt': `${'a'.repeat(60)}\n`.repeat(500),
      'wide.txt': 'a'.repeat(1_000_000),
    });
    let longest = 0;
    let blocked = busy();
    const timer = setInterval(() => {
      longest = Math.max(longest, blocked());
      blocked = busy();
    }, 1);
    try {
      const started = performance.now();
      expect(await call(sandbox, 'grep', { pattern: '(a+)+$b' })).to.equal('no lines match');
      expect(await call(sandbox, 'grep', { pattern: `${'('.repeat(20)}a${'+)'.repeat(20)}$b` })).to.equal(
        'no lines match',
      );
      expectWithin(performance.now() - started, 4_000);
    } finally {
      clearInterval(timer);
    }
    expect(longest).to.be.lessThan(500);
  });

  it('gives at most 200 matches and cuts long lines', async () => {
    const sandbox = await sandboxWith({ 'a.txt': `${'x'.repeat(1_000)}\n`.repeat(300) });
    const lines = String(await call(sandbox, 'grep', { pattern: 'x' })).split('\n');
    expect([lines.length, lines[0]?.length, lines[200]]).to.deep.equal([
      201,
      'a.txt:1:'.length + 400,
      '[more lines match]',
    ]);
  });

  it('ends with its signal', async () => {
    const sandbox = await sandboxWith({ a: 'x' });
    expect(await failure(call(sandbox, 'grep', { pattern: 'x' }, AbortSignal.abort()))).to.equal(
      'the search was aborted',
    );
  });
});

describe('bash', () => {
  it('gives stdout, stderr and exit code', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'hi\n' });
    expect(await call(sandbox, 'bash', { command: 'cat a.txt; echo bad >&2; exit 2' })).to.deep.equal({
      stdout: 'hi\n',
      stderr: 'bad\n',
      exitCode: 2,
    });
  });

  it('says when output was cut, and ends by its own time', async () => {
    const sandbox = await sandboxWith({ 'a.txt': 'x'.repeat(20_000) });
    expect(await call(sandbox, 'bash', { command: 'cat a.txt' })).to.deep.equal({
      stdout: 'x'.repeat(10_000),
      stderr: '',
      exitCode: 0,
      note: 'output was cut at the limit',
    });
    expect(await failure(call(sandbox, 'bash', { command: 'sleep 9', timeoutMs: 50 }))).to.equal(
      'the command ran longer than 50ms',
    );
  });
});
