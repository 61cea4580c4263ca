import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findBubblewrap } from '../../../engine/adapters/sandbox/can-isolate.ts';
import { openIsolatedSandbox } from '../../../engine/adapters/sandbox/isolated.ts';
import { Problem } from '../../../engine/core/problem.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../../engine/program/sandbox.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

const free = { write: true, shell: true, compound: true } as const;

describe('an isolated sandbox', () => {
  let outer = '';
  let folder = '';
  const opened: Sandbox[] = [];

  const open = async (changes: Partial<SandboxSpec> = {}): Promise<Sandbox> => {
    const spec = sandboxSpec({ type: 'isolated', ...free, ...changes });
    const sandbox = await openIsolatedSandbox(spec, { projectRoot: outer, env: { GIVEN: 'one' }, folder });
    opened.push(sandbox);
    return sandbox;
  };

  before(async function () {
    await findBubblewrap().catch(() => this.skip());
  });
  beforeEach(() => {
    outer = realpathSync(mkdtempSync(join(tmpdir(), 'engine-isolated-')));
    folder = join(outer, 'ws');
    mkdirSync(folder);
    writeFileSync(join(outer, 'secret'), 'canary-secret');
  });
  afterEach(async () => {
    for (const sandbox of opened.splice(0)) await sandbox.close();
    rmSync(outer, { recursive: true, force: true });
  });

  it('shows nothing of this machine: no files of its users, no processes, no environment, no name', async () => {
    process.env['ISOLATED_CANARY'] = 'canary-env';
    const sandbox = await open();
    const looks = [
      `cat ${join(outer, 'secret')}`,
      'cat /etc/passwd /etc/shadow /etc/hosts /root/.ssh/* /home/*/.ssh/*',
      `cat /proc/*/environ; cat /proc/${process.pid}/environ; cat /proc/$PPID/environ`,
      `ls /proc/${process.pid}/root/ /proc/1/root${outer} /proc/1/cwd/`,
      'cat /proc/*/cmdline',
      'ls -l /proc/*/fd',
      'hostname; cat /sys/class/net/*/address; ls /sys /run /var /home /root /work',
    ];
    const seen = await sandbox.exec(looks.join(' 2>/dev/null; '));
    delete process.env['ISOLATED_CANARY'];
    expect(seen.stdout).not.to.match(/canary|root:|mocha/);
    expect((await sandbox.exec('hostname; ls -d /proc/[0-9]* | wc -l')).stdout).to.match(/^sandbox\n\d\n$/);
    expect((await sandbox.exec('id -u; cat /proc/self/status | grep CapEff')).stdout).to.equal(
      '1000\nCapEff:\t0000000000000000\n',
    );
  });

  it('lets nothing be written but the workspace and its own /tmp', async () => {
    const sandbox = await open();
    const seen = await sandbox.exec(
      'for f in /x /etc/x /usr/x /usr/bin/x /dev/x /proc/x /lib/x /bin/x; do echo x > $f && echo "wrote $f"; done 2>/dev/null; ' +
        'mount -t tmpfs x /usr 2>/dev/null && echo mounted; unshare -Ur true 2>/dev/null && echo unshared; echo x > /workspace/x && echo x > /tmp/x && echo on',
    );
    expect(seen.stdout).to.equal('on\n');
  });

  it('does not let a command out through folders that were open outside', async () => {
    const sandbox = await open();
    await sandbox.makeFolder('sub');
    for (const one of [sandbox, sandbox.restricted({ folder: 'sub' })]) {
      const seen = await one.exec(
        'for f in /proc/self/fd/* /proc/1/fd/*; do cat $f/../secret $f/../../secret; done 2>/dev/null; true',
      );
      expect(seen.stdout).not.to.contain('canary');
    }
  });

  it('does not bind another folder when the one of a view is a link', async () => {
    const sandbox = await open();
    symlinkSync(outer, join(folder, 'link'));
    mkdirSync(join(folder, 'sub'));
    symlinkSync(outer, join(folder, 'sub', 'link'));
    for (const path of ['link', 'sub/link']) {
      const work = Promise.resolve().then(() => sandbox.restricted({ folder: path }).exec('cat secret'));
      expect((await problemOf(work)).message, path).to.match(/folder|access/);
    }
  });

  it('has no network, or that of this machine where every host is allowed', async () => {
    const server = await listening();
    const { port } = server.address() as AddressInfo;
    const line = `exec 3<>/dev/tcp/127.0.0.1/${port} && head -c 5 <&3`;
    try {
      expect((await (await open()).exec(line)).stdout).to.equal('');
      expect((await (await open({ network: { allow: ['*'], deny: [] } })).exec(line)).stdout).to.equal(
        'hello',
      );
    } finally {
      server.close();
    }
  });

  it('shows mounts read-only unless they say write, and does not lose them', async () => {
    mkdirSync(join(outer, 'docs'));
    writeFileSync(join(outer, 'docs', 'a.txt'), 'kept');
    const mounts = (write: boolean) => [{ from: join(outer, 'docs'), to: '/workspace/docs', write }];
    const reading = await open({ mounts: mounts(false) });
    expect((await reading.exec('cat docs/a.txt; echo x > docs/a.txt; rm -rf docs')).stdout).to.equal('kept');
    expect((await problemOf(reading.writeFile('docs/a.txt', 'x'))).code).to.equal('sandbox_denied');
    expect((await problemOf(reading.remove('docs', { recursive: true }))).code).to.equal('sandbox_denied');
    expect(readFileSync(join(outer, 'docs', 'a.txt'), 'utf8')).to.equal('kept');
    const writing = await open({ mounts: mounts(true) });
    await writing.exec('echo new > docs/a.txt');
    expect(readFileSync(join(outer, 'docs', 'a.txt'), 'utf8')).to.equal('new\n');
    expect(
      (await problemOf(open({ mounts: [{ from: tmpdir(), to: '/workspace/out', write: false }] }))).code,
    ).to.equal('sandbox_failed');
  });

  it('keeps commands from protected files, in mounts and views too', async () => {
    mkdirSync(join(outer, 'docs'));
    writeFileSync(join(outer, 'docs', '.env'), 'canary-mount');
    mkdirSync(join(folder, 'sub', 'secrets'), { recursive: true });
    writeFileSync(join(folder, '.env'), 'canary-env');
    writeFileSync(join(folder, 'sub', '.env'), 'canary-sub');
    writeFileSync(join(folder, 'sub', 'secrets', 'key'), 'canary-key');
    writeFileSync(join(folder, 'sub', 'free'), 'free');
    symlinkSync('.env', join(folder, 'link'));
    const sandbox = await open({
      files: { read: undefined, write: undefined, protect: ['.env', 'sub/secrets'] },
      mounts: [{ from: join(outer, 'docs'), to: '/workspace/docs', write: false }],
    });
    const line =
      'cat .env link docs/.env sub/.env secrets/key sub/secrets/* 2>/dev/null; mv .env other; rm -f .env sub/.env; echo x > sub/secrets/new; ' +
      'cat other; cat free sub/free 2>/dev/null';
    expect((await sandbox.exec(line)).stdout).to.equal('free');
    expect((await sandbox.restricted({ folder: 'sub' }).exec(line)).stdout).to.equal('free');
    expect(readFileSync(join(folder, '.env'), 'utf8')).to.equal('canary-env');
    expect(readFileSync(join(folder, 'sub', '.env'), 'utf8')).to.equal('canary-sub');
  });

  it('lets commands read what may not be changed, and commit, but plant nothing that runs later', async () => {
    const sandbox = await open({
      files: {
        read: undefined,
        write: undefined,
        protect: ['.env'],
        frozen: ['.git', '.engine', 'engine.yaml', '.vscode'],
      },
    });
    mkdirSync(join(folder, 'sub', '.vscode'), { recursive: true });
    writeFileSync(join(folder, 'sub', '.vscode', 'tasks.json'), 'kept');
    writeFileSync(join(folder, 'engine.yaml'), 'kept');
    await sandbox.exec(
      'git init -q . && git config user.name a && git config user.email a@b.c && echo one > a',
    );
    const config = readFileSync(join(folder, '.git', 'config'), 'utf8');
    const plant =
      'echo evil > .git/hooks/post-checkout; git config core.fsmonitor evil; mv .git old; rm -rf .git/hooks; ' +
      'echo evil > .git/config; ln -sf evil .git/hooks/x; mv .git/hooks .git/h2; echo evil > engine.yaml; mv engine.yaml x; ' +
      'echo evil > sub/.vscode/tasks.json; rm -rf sub/.vscode; mv sub/.vscode y; sed -i s/kept/evil/ engine.yaml; true';
    const planted = await sandbox.exec(plant);
    expect(planted.stderr).to.match(/Read-only file system/);
    expect(readFileSync(join(folder, '.git', 'config'), 'utf8')).to.equal(config);
    expect(
      readdirSync(join(folder, '.git', 'hooks')).filter((name) => !name.endsWith('.sample')),
    ).to.deep.equal([]);
    expect(readFileSync(join(folder, 'engine.yaml'), 'utf8')).to.equal('kept');
    expect(readFileSync(join(folder, 'sub', '.vscode', 'tasks.json'), 'utf8')).to.equal('kept');
    const committed = await sandbox.exec(
      'cat engine.yaml && git add a && git commit -q -m one && git log --oneline | wc -l',
    );
    expect(committed.stdout, committed.stderr).to.equal('kept1\n');
    expect(
      (
        await sandbox
          .restricted({ folder: 'sub' })
          .exec('cat .vscode/tasks.json; echo x > .vscode/tasks.json')
      ).stdout,
    ).to.equal('kept');
    expect((await sandbox.restricted({ write: false }).exec('echo x > .git/x; cat .git/x')).stdout).to.equal(
      '',
    );
  });

  it('shows nothing of this machine when a path is swapped for a link at the moment a command begins', async () => {
    const sandbox = await open({
      files: { read: undefined, write: undefined, protect: [], frozen: ['.vscode'] },
    });
    mkdirSync(join(outer, 'canary'));
    writeFileSync(join(outer, 'canary', 'file'), 'canary-swapped');
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode', 'file'), 'own');
    const swapping = spawn(
      '/bin/sh',
      [
        '-c',
        'while :; do mv .vscode v; ln -s "$1" .vscode; rm -f .vscode; mv v .vscode; done',
        'sh',
        join(outer, 'canary'),
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    let seen = '';
    for (let index = 0; index < 40; index += 1)
      seen += await sandbox.exec('cat .vscode/file').then(
        ({ stdout }) => stdout,
        () => '',
      );
    const ended = once(swapping, 'exit');
    swapping.kill('SIGKILL');
    await ended;
    expect(seen).not.to.contain('canary');
  });

  it('keeps a file that a command writes to its limit', async () => {
    const sandbox = await open();
    await sandbox.exec('head -c 1000000 /dev/zero > large');
    expect((await sandbox.stat('large'))?.size).to.be.at.most(sandbox.spec.limits.fileBytes + 512);
  });

  it('refuses where bubblewrap is missing or cannot work, and runs nothing in its place', async () => {
    const spec = sandboxSpec({ type: 'isolated', ...free });
    const start = (programs: readonly string[]): Promise<Sandbox> =>
      openIsolatedSandbox(spec, { projectRoot: outer, env: {}, folder, programs });
    expect((await problemOf(start([join(outer, 'nothing')]))).message).to.equal(
      'sandbox type "isolated" cannot be used here: bubblewrap is not installed (Debian and Ubuntu: apt-get install bubblewrap); nothing weaker is used in its place',
    );
    writeFileSync(
      join(outer, 'bwrap'),
      '#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0.8.0 && exit\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
    );
    chmodSync(join(outer, 'bwrap'), 0o755);
    expect((await problemOf(start([outer]))).message).to.equal(
      'sandbox type "isolated" cannot be used here: bubblewrap cannot make namespaces on this machine: bwrap: No permissions to create new namespace; nothing weaker is used in its place',
    );
  });
});

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('hello'));
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).to.be.instanceOf(Problem);
  return thrown as Problem;
}
