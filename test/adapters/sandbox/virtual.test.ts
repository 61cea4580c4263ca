import { mkdtemp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Problem } from '../../../engine/core/problem.ts';
import type { SandboxSnapshot } from '../../../engine/ports/sandbox.ts';
import { openTestSandbox } from './open-test-sandbox.ts';

const free = { write: true, shell: true } as const;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).to.be.instanceOf(Problem);
  return thrown as Problem;
}

describe('a virtual sandbox without write', () => {
  const restore: SandboxSnapshot = {
    '/workspace/a.txt': base64('kept\n'),
    '/workspace/sub/b.txt': base64('kept too\n'),
  };

  for (const trick of [
    'echo x > a.txt',
    'echo x >| a.txt',
    'echo x &> new',
    'cat <<< x > new',
    'exec 3> new; echo x >&3',
    'exec 3<> a.txt; echo x >&3',
    '{ echo x; } > new',
    'for i in 1 2; do echo $i; done > new',
    ': > a.txt',
    'echo x | tee new',
    'echo x | tee -a a.txt',
    'touch new',
    'touch -d 2001-01-01 a.txt',
    'cp a.txt new',
    'mv a.txt new',
    'mv sub moved',
    'rm -rf a.txt',
    'rm -rf /',
    'rm -rf .',
    'rmdir sub',
    'mkdir -p x/y',
    'ln -s a.txt link',
    'ln a.txt hard',
    'chmod 777 a.txt',
    "sed -i 's/kept/x/' a.txt",
    "sed 'w new' a.txt",
    'awk \'{print > "new"}\' a.txt',
    'sort -o a.txt sub/b.txt',
    'split -l 1 a.txt part',
    'find . -name a.txt -exec rm {} +',
    'find . -name a.txt -delete',
    'find . -fprint new',
    'echo new | xargs touch',
    'tar -cf new.tar a.txt',
    'gzip -k a.txt',
    'bash -c "echo x > new"',
    'eval "echo x > new"',
    'f() { echo x > new; }; f',
    '(echo x > new)',
    'x=$(echo x > new)',
    'echo x > /tmp/new',
    'echo x > /outside',
    "yq -i '.a = 1' a.txt",
    'sqlite3 new.db "create table t(a)"',
  ]) {
    it(`is not changed by ${trick}`, async () => {
      const sandbox = await openTestSandbox({ write: false, shell: true }, { restore });
      await sandbox.exec(trick);
      expect(await sandbox.snapshot()).to.deep.equal(restore);
      expect((await sandbox.exec('ls /tmp /')).stdout).to.equal('/tmp:\n\n/:\ndev\ntmp\nworkspace\n');
      expect(sandbox.dirty).to.equal(false);
    });
  }

  it('still lets commands read and throw output away', async () => {
    const sandbox = await openTestSandbox({ write: false, shell: true }, { restore });
    expect(
      (await sandbox.exec('cat a.txt 2>/dev/null; echo x > /dev/null; grep -r too . | wc -l')).stdout,
    ).to.match(/^kept\n\s*1\n$/);
  });

  it('tells a failed redirection as a result that names the reason', async () => {
    const sandbox = await openTestSandbox({ write: false, shell: true }, { restore });
    const result = await sandbox.exec('echo x > a.txt');
    expect(result.exitCode).to.equal(1);
    expect(result.stderr).to.contain('does not allow writing');
  });
});

describe('the command policy of a virtual sandbox', () => {
  const refused = [
    'id',
    'echo x#;id',
    'echo x#&&id',
    'echo x#|id',
    'echo a# ; id',
    'ls && id',
    'ls;id',
    'ls | id',
    'ls |& id',
    'ls & id',
    'ls || id',
    '(id)',
    '{ id; }',
    '! id',
    'time id',
    'if :; then id; fi',
    'for x in 1; do id; done',
    'while id; do :; done',
    'case x in x) id;; esac',
    'id() { :; }; ls',
    'ls() { echo; }; ls',
    'function f { ls; }; ls',
    'ls\nid',
    'ls\rid',
    'ls\r\nid',
    'ls\0id',
    'ls\vid',
    "$'\\x69\\x64'",
    'eval id',
    'eval ls',
    'exec ls',
    'command ls',
    'builtin echo',
    'source x',
    '. x',
    'alias ls=id',
    'trap id EXIT',
    'bash -c ls',
    'env ls',
    'xargs ls',
    'echo $(id)',
    'echo `id`',
    'echo "$(id)"',
    'echo "`id`"',
    'echo ${x:-$(id)}',
    'echo ${x/$(id)/y}',
    'echo ${x@P}',
    'echo ${!x}',
    'echo ${a[$(id)]}',
    'echo $((1 + $(id)))',
    'echo $((a[$(id)]))',
    '(( $(id) ))',
    'x=$(id)',
    'a=(1 $(id))',
    'a[$(id)]=1',
    'echo <(id)',
    'ls > >(id)',
    'cat <<E\n$(id)\nE',
    'ls <<< $(id)',
    'ls > $(id)',
    '[[ $(id) ]]',
    '[[ a == $(id) ]]',
    'x=ls; $x',
    '"$SHELL"',
    'l?',
    '{ls,id}',
    './ls',
    '/bin/ls',
    '../bin/sh',
    'ls/../id',
    '~/x',
    'PATH=/workspace ls',
    'PATH=/workspace',
    'for PATH in /workspace; do ls; done',
    'IFS=x ls',
    'BASH_ENV=x ls',
    'ls )',
    'if',
    'echo "unclosed',
    `${'true;'.repeat(49)} id`,
  ];
  for (const command of refused) {
    it(`refuses ${JSON.stringify(command)} when only ls and echo are allowed`, async () => {
      const sandbox = await openTestSandbox({ ...free, commands: ['ls', 'echo'] });
      const problem = await problemOf(sandbox.exec(command));
      expect(problem.code).to.equal('sandbox_denied');
      expect(problem.message).to.contain('allowed commands: ls, echo');
      expect(await sandbox.snapshot()).to.deep.equal({});
    });
  }

  for (const [command, stdout] of [
    ['echo hi # ; id', 'hi\n'],
    ['echo "a;id" \'$(id)\' \\$x', 'a;id $(id) $x\n'],
    ['\\echo a && ec"h"o b', 'a\nb\n'],
    ['for i in 1 2; do if [ $i -gt 1 ]; then echo $i; fi; done', '2\n'],
    ['x=1; y=$((x + 2)); echo ${y:-none} {a,b}', '3 a b\n'],
    ["echo $'\\x26\\x26' id", '&& id\n'],
    ['cd /tmp && echo "$(echo in)" && ls', 'in\n'],
    ['echo a\u2028id', 'a\u2028id\n'],
    ['echo *', '*\n'],
  ] as const) {
    it(`runs ${JSON.stringify(command)}`, async () => {
      const sandbox = await openTestSandbox({ ...free, commands: ['ls', 'echo'] });
      expect((await sandbox.exec(command)).stdout).to.equal(stdout);
    });
  }

  it('names the command that was refused', async () => {
    const sandbox = await openTestSandbox({ ...free, commands: ['ls', 'echo'] });
    expect((await problemOf(sandbox.exec('ls; id'))).message).to.equal(
      'command "id" is not allowed; allowed commands: ls, echo',
    );
  });

  it('holds inside commands that run other commands', async () => {
    const sandbox = await openTestSandbox({ ...free, commands: ['xargs', 'find', 'bash', 'echo'] });
    for (const command of ['echo x | xargs touch', 'find . -exec touch x ";"', 'bash -c "touch x"']) {
      expect((await problemOf(sandbox.exec(command))).code).to.equal('sandbox_denied');
    }
    await sandbox.exec("cat > s <<'E'\ntouch x\nE\nbash s".replace('cat', 'echo'));
    await sandbox.exec("echo 'touch x' > s; bash s; rm s").catch(() => undefined);
    await sandbox.remove('s').catch(() => undefined);
    expect(await sandbox.snapshot()).to.deep.equal({});
  });

  it('refuses environment variables that change how commands are found', async () => {
    const sandbox = await openTestSandbox(free);
    for (const name of ['PATH', 'LD_PRELOAD', 'BASH_ENV', 'NODE_OPTIONS', 'GIT_CONFIG_COUNT', 'a b']) {
      const problem = await problemOf(sandbox.exec('ls', { env: { [name]: 'x' } }));
      expect(problem.code).to.equal('sandbox_denied');
      expect(problem.message).to.contain(JSON.stringify(name));
    }
  });
});

describe('a virtual sandbox on its own', () => {
  it('shows nothing of the host', async () => {
    const sandbox = await openTestSandbox(free);
    for (const command of [
      'cat /etc/passwd',
      'cat /proc/self/environ',
      'ls ~/.ssh',
      'cat $HOME/.npmrc',
      'curl http://127.0.0.1:1',
      'cat < /dev/tcp/127.0.0.1/1',
      'python3 -c 1',
      'node -e 1',
      'js-exec 1',
      'cat ../../../../etc/passwd',
    ]) {
      const result = await sandbox.exec(command);
      expect(result.exitCode, command).not.to.equal(0);
      expect(result.stdout, command).to.equal('');
    }
  });

  it('ends a busy loop by time and lets the event loop turn meanwhile', async () => {
    const sandbox = await openTestSandbox(free);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 5);
    const loop = sandbox.exec('while true; do ls -la / > /dev/null; done', { timeoutMs: 1000 });
    const problem = await problemOf(
      loop.finally(() => {
        clearInterval(timer);
      }),
    );
    expect(problem.code).to.equal('timeout');
    expect(problem.message).to.equal('the command ran longer than 1s');
    // A loop that never let go would leave one; how many there are is the machine's.
    expect(turns).to.be.greaterThan(1);
  });

  for (const command of [
    'while :; do :; done',
    'f() { f; }; f',
    'x=a; while :; do x=$x$x; done',
    ':() { : | : & }; :',
    'seq 1 100000000',
    "awk 'BEGIN{while(1){}}'",
    "sed ':a;ba' <<< x",
  ]) {
    it(`stops ${command}`, async () => {
      const sandbox = await openTestSandbox(free);
      const result = await sandbox.exec(command).catch((thrown: unknown) => thrown as Problem);
      expect(result instanceof Problem ? result.code : result.exitCode).not.to.equal(0);
    });
  }

  it('allows no call more time than the sandbox', async () => {
    const sandbox = await openTestSandbox({
      ...free,
      limits: { timeoutMs: 100, outputBytes: 100, fileBytes: 100 },
    });
    expect((await problemOf(sandbox.exec('sleep 5', { timeoutMs: 60_000 }))).code).to.equal('timeout');
  });

  it('refuses a file over the limit from the shell too, appended or at once', async () => {
    const sandbox = await openTestSandbox({
      ...free,
      limits: { timeoutMs: 5_000, outputBytes: 1_000, fileBytes: 20 },
    });
    await sandbox.exec('echo 123456789 > a; echo 123456789 >> a; echo 1 >> a; seq 1 100 > b');
    expect((await sandbox.stat('a'))?.size).to.equal(20);
    expect(await sandbox.stat('b')).to.equal(undefined);
  });

  it('keeps writes inside the workspace and /tmp', async () => {
    const sandbox = await openTestSandbox(free);
    for (const path of ['/x', '/etc/passwd', '/workspace-evil/x', '../x']) {
      expect((await sandbox.exec(`echo x > ${path}`)).exitCode).to.equal(1);
    }
    await sandbox.exec('echo x > /tmp/scratch; rm -rf /workspace /tmp; mv /workspace /tmp/w');
    expect((await sandbox.exec('ls / /tmp')).stdout).to.equal('/:\ndev\ntmp\nworkspace\n\n/tmp:\nscratch\n');
  });

  it('lists a dangling link as other and leaves it out of a snapshot', async () => {
    const sandbox = await openTestSandbox(free);
    await sandbox.exec('ln -s /etc/passwd bad; echo x > good');
    expect((await sandbox.list('.')).map(({ path, kind }) => [path, kind])).to.deep.equal([
      ['/workspace/bad', 'other'],
      ['/workspace/good', 'file'],
    ]);
    expect(await sandbox.snapshot()).to.deep.equal({ '/workspace/good': base64('x\n') });
  });

  it('ignores snapshot paths outside the workspace', async () => {
    const sandbox = await openTestSandbox(free, {
      restore: { '/etc/x': 'eA==', '/workspace/../y': 'eA==', '/workspace/z': 'eA==' },
    });
    expect((await sandbox.exec('find / -type f')).stdout).to.equal('/dev/null\n/workspace/z\n');
  });

  it('ends running commands when it is closed', async () => {
    const sandbox = await openTestSandbox(free);
    const running = problemOf(sandbox.exec('sleep 30'));
    await sandbox.close();
    expect((await running).code).to.equal('aborted');
  });
});

describe('mounts of a virtual sandbox', () => {
  let projectRoot: string;
  let outside: string;

  beforeEach(async () => {
    projectRoot = await mkdtemp(join(tmpdir(), 'mounts-'));
    outside = await mkdtemp(join(tmpdir(), 'outside-'));
    await mkdir(join(projectRoot, 'docs/sub'), { recursive: true });
    await writeFile(join(projectRoot, 'docs/a.txt'), 'host text\n');
    await writeFile(join(projectRoot, 'docs/big.txt'), 'x'.repeat(200_000));
    await writeFile(join(projectRoot, 'docs/sub/b.txt'), 'inner\n');
    await writeFile(join(outside, 'secret'), 'host secret');
    await symlink(join(outside, 'secret'), join(projectRoot, 'docs/leak'));
    await symlink(outside, join(projectRoot, 'docs/leakdir'));
  });

  afterEach(async () => {
    await rm(projectRoot, { recursive: true });
    await rm(outside, { recursive: true });
  });

  const open = (write: boolean, changes: { readonly write?: boolean } = {}) =>
    openTestSandbox(
      { ...free, ...changes, mounts: [{ from: join(projectRoot, 'docs'), to: '/workspace/docs', write }] },
      { projectRoot },
    );

  it('show the files of the project folder', async () => {
    const sandbox = await open(false);
    expect(Buffer.from(await sandbox.readFile('docs/a.txt')).toString()).to.equal('host text\n');
    expect((await sandbox.exec('cat docs/sub/b.txt; grep -rl inner docs')).stdout).to.equal(
      'inner\ndocs/sub/b.txt\n',
    );
    expect((await sandbox.list('docs')).map(({ path, kind }) => [path, kind])).to.deep.equal([
      ['/workspace/docs/a.txt', 'file'],
      ['/workspace/docs/big.txt', 'file'],
      ['/workspace/docs/leak', 'other'],
      ['/workspace/docs/leakdir', 'other'],
      ['/workspace/docs/sub', 'folder'],
    ]);
    expect(await sandbox.snapshot()).to.deep.equal({});
  });

  it('are not followed out of the project by links', async () => {
    const sandbox = await open(false);
    expect((await problemOf(sandbox.readFile('docs/leak'))).code).to.equal('sandbox_failed');
    expect((await problemOf(sandbox.readFile('docs/leakdir/secret'))).code).to.equal('sandbox_failed');
    const result = await sandbox.exec(
      'cat docs/leak docs/leakdir/secret docs/../../../etc/passwd; grep -r secret docs; cp -r docs all; cat all/leak all/leakdir/*',
    );
    expect(result.stdout).not.to.contain('secret');
  });

  for (const trick of [
    'echo x > docs/a.txt',
    'echo x > docs/new',
    'rm -rf docs',
    'rm -rf docs/*',
    'mv docs/a.txt .',
    'mv docs gone',
    'touch docs/new',
    "sed -i 's/host/x/' docs/a.txt",
    'ln -s /workspace/x docs/link',
    'ln docs/a.txt hard; echo x > hard',
    'ln -s docs/a.txt link; echo x > link',
    'cp docs/sub/b.txt docs/a.txt',
    'mkdir docs/newdir',
    'chmod 000 docs/a.txt',
  ]) {
    it(`are not written by ${trick} unless they say so`, async () => {
      const sandbox = await open(false);
      await sandbox.exec(trick);
      expect((await readdir(join(projectRoot, 'docs'))).sort()).to.deep.equal([
        'a.txt',
        'big.txt',
        'leak',
        'leakdir',
        'sub',
      ]);
      expect(await readFile(join(projectRoot, 'docs/a.txt'), 'utf8')).to.equal('host text\n');
      expect((await sandbox.exec('cat docs/a.txt')).stdout).to.equal('host text\n');
    });
  }

  it('refuse file calls that write, naming the mount', async () => {
    const sandbox = await open(false);
    const problem = await problemOf(sandbox.writeFile('docs/a.txt', 'x'));
    expect(problem.code).to.equal('sandbox_denied');
    expect(problem.message).to.contain('"docs/a.txt" (mount "/workspace/docs")');
  });

  it('are written on the host when sandbox and mount both say write', async () => {
    const sandbox = await open(true);
    await sandbox.exec('echo changed > docs/a.txt');
    await sandbox.writeFile('docs/new.txt', 'new');
    expect(await readFile(join(projectRoot, 'docs/a.txt'), 'utf8')).to.equal('changed\n');
    expect(await readFile(join(projectRoot, 'docs/new.txt'), 'utf8')).to.equal('new');
    expect(sandbox.dirty).to.equal(false);
    await sandbox.exec('echo x > docs/leak; echo x > docs/leakdir/secret; echo x > docs/leakdir/new');
    expect(await readdir(outside)).to.deep.equal(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('host secret');
  });

  it('are not written when only the mount says write', async () => {
    const sandbox = await open(true, { write: false });
    await sandbox.exec('echo changed > docs/a.txt');
    expect((await problemOf(sandbox.writeFile('docs/a.txt', 'x'))).code).to.equal('sandbox_denied');
    expect(await readFile(join(projectRoot, 'docs/a.txt'), 'utf8')).to.equal('host text\n');
  });

  it('do not read files over the limit', async () => {
    const sandbox = await open(false);
    expect((await problemOf(sandbox.readFile('docs/big.txt'))).message).to.equal(
      'the file is too large: "docs/big.txt"',
    );
  });

  it('must be folders inside the project', async () => {
    const mount = (from: string) =>
      problemOf(openTestSandbox({ mounts: [{ from, to: '/workspace/m', write: false }] }, { projectRoot }));
    expect((await mount(outside)).message).to.contain('is outside the project folder');
    expect((await mount(join(projectRoot, 'docs/leakdir'))).message).to.contain(
      'is outside the project folder',
    );
    expect((await mount(join(projectRoot, 'nothing'))).message).to.contain('there is no folder');
  });
});
