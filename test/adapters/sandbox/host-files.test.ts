import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fileAccess } from '../../../engine/adapters/sandbox/file-access.ts';
import { openLocalSandbox } from '../../../engine/adapters/sandbox/local.ts';
import { hostFiles } from '../../../engine/adapters/sandbox/host-files.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import { sandboxSpec } from './open-test-sandbox.ts';

describe('file calls on this machine', () => {
  let outer = '';
  let root = '';
  let sandbox: Sandbox;
  const secret = (): string => join(outer, 'secret');

  const open = (files = sandboxSpec().files): Sandbox =>
    openLocalSandbox(sandboxSpec({ type: 'local', write: true, files }), { projectRoot: root, env: {} });

  beforeEach(() => {
    outer = realpathSync(mkdtempSync(join(tmpdir(), 'engine-files-')));
    root = join(outer, 'ws');
    mkdirSync(root);
    mkdirSync(join(outer, 'ws-evil'));
    writeFileSync(join(outer, 'ws-evil', 's'), 'canary-evil');
    writeFileSync(secret(), 'canary-secret');
    sandbox = open();
  });
  afterEach(async () => {
    await sandbox.close();
    rmSync(outer, { recursive: true, force: true });
  });

  it('do not take a folder whose name begins alike for the workspace', async () => {
    for (const path of ['../ws-evil/s', join(outer, 'ws-evil/s'), '/workspace-evil/x', `${root}-evil/s`])
      expect(await codeOf(sandbox.readFile(path)), path).to.equal('sandbox_denied');
  });

  it('read and write nothing through links that lead out, however they lead', async () => {
    symlinkSync(secret(), join(root, 'file'));
    symlinkSync('../secret', join(root, 'relative'));
    symlinkSync(outer, join(root, 'folder'));
    symlinkSync('folder', join(root, 'chain'));
    symlinkSync('/proc/self/cwd/..', join(root, 'magic'));
    for (const path of ['file', 'relative', 'folder/secret', 'chain/secret', 'magic/secret']) {
      expect(await codeOf(sandbox.readFile(path)), path).to.equal('sandbox_denied');
      expect(await codeOf(sandbox.writeFile(path, 'changed')), path).to.equal('sandbox_denied');
    }
    expect(await codeOf(sandbox.makeFolder('folder/made'))).to.equal('sandbox_denied');
    expect(await codeOf(sandbox.remove('folder/secret'))).to.equal('sandbox_denied');
    expect(await codeOf(sandbox.list('folder'))).to.equal('sandbox_denied');
    expect(readFileSync(secret(), 'utf8')).to.equal('canary-secret');
  });

  it('write nothing through a link that leads nowhere', async () => {
    symlinkSync(join(outer, 'made'), join(root, 'out'));
    symlinkSync('nothing', join(root, 'in'));
    for (const path of ['out', 'in'])
      expect(await codeOf(sandbox.writeFile(path, 'x')), path).to.equal('sandbox_denied');
    expect(existsSync(join(outer, 'made'))).to.equal(false);
  });

  it('follow links that stay inside, over folders and in turn', async () => {
    await sandbox.writeFile('real/a.txt', 'one');
    symlinkSync('real', join(root, 'near'));
    symlinkSync(join(root, 'near', 'a.txt'), join(root, 'absolute'));
    symlinkSync('loop', join(root, 'loop'));
    expect(text(await sandbox.readFile('near/a.txt'))).to.equal('one');
    await sandbox.writeFile('absolute', 'two');
    expect(text(await sandbox.readFile('real/a.txt'))).to.equal('two');
    await sandbox.writeFile('near/new.txt', 'three');
    expect(readFileSync(join(root, 'real/new.txt'), 'utf8')).to.equal('three');
    expect(await codeOf(sandbox.readFile('loop'))).to.equal('sandbox_failed');
  });

  it('leave a file as it is that has a second name outside', async () => {
    linkSync(secret(), join(root, 'hard'));
    await sandbox.writeFile('hard', 'changed');
    expect(text(await sandbox.readFile('hard'))).to.equal('changed');
    expect(readFileSync(secret(), 'utf8')).to.equal('canary-secret');
  });

  it('refuse pipes, sockets and devices at once', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    symlinkSync('/dev/zero', join(root, 'zero'));
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    for (const path of ['pipe', 'socket', 'zero']) {
      expect(await codeOf(sandbox.readFile(path)), path).to.equal('sandbox_denied');
      expect(await codeOf(sandbox.writeFile(path, 'x')), path).to.equal('sandbox_denied');
      expect((await sandbox.stat(path))?.kind, path).to.equal('other');
    }
    server.close();
  });

  it('read no more of a file than its limit', async () => {
    await sandbox.writeFile('large', 'x');
    truncateSync(join(root, 'large'), 2 ** 31);
    const before = process.memoryUsage().rss;
    expect(await codeOf(sandbox.readFile('large'))).to.equal('sandbox_failed');
    expect(process.memoryUsage().rss - before).to.be.below(50_000_000);
  });

  it('remove links, not what they lead to, and never the workspace', async () => {
    mkdirSync(join(root, 'sub'));
    symlinkSync(outer, join(root, 'sub', 'out'));
    symlinkSync(secret(), join(root, 'link'));
    await sandbox.remove('link');
    await sandbox.remove('sub', { recursive: true });
    expect(readFileSync(secret(), 'utf8')).to.equal('canary-secret');
    for (const path of ['.', root, '/', '..', 'sub/..'])
      expect(await codeOf(sandbox.remove(path, { recursive: true })), path).to.equal('sandbox_denied');
    expect(existsSync(root)).to.equal(true);
  });

  it('judge a file by where it is, not by the link that leads to it', async () => {
    const kept = open({ read: undefined, write: undefined, protect: ['.env'], frozen: ['.git'] });
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.env'), 'KEY=canary');
    symlinkSync('.env', join(root, 'innocent'));
    symlinkSync('.git', join(root, 'folder'));
    expect(await codeOf(kept.readFile('innocent'))).to.equal('sandbox_denied');
    expect(await codeOf(kept.writeFile('innocent', 'x'))).to.equal('sandbox_denied');
    expect(await codeOf(kept.writeFile('folder/hook', 'x'))).to.equal('sandbox_denied');
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, 'sub', '.env'), 'x');
    expect(await codeOf(kept.remove('sub', { recursive: true }))).to.equal('sandbox_denied');
    expect(existsSync(join(root, 'sub', '.env'))).to.equal(true);
  });

  it('never leave the workspace while another process swaps a folder and a link', async function () {
    this.timeout(120_000);
    mkdirSync(join(outer, 'out'));
    writeFileSync(join(outer, 'out', 'x'), 'canary-outside');
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd', 'x'), 'inside');
    const files = hostFiles([{ host: root, seenAs: '/workspace' }], fileAccess(sandboxSpec()));
    const swapper = spawn(process.execPath, ['-e', swap, root, join(outer, 'out')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => swapper.stdout.once('data', resolve));
    let inside = 0;
    let refused = 0;
    try {
      for (let round = 0; round < 500 || inside <= 100 || refused <= 100; round += 1) {
        const seen = await Promise.all([
          ...Array.from({ length: 20 }, () =>
            files.readFile('/workspace/d/x', 1000).then(text, () => undefined),
          ),
          files.writeFile('/workspace/d/y', Buffer.from('written')).then(
            () => 'inside',
            () => undefined,
          ),
        ]);
        for (const one of seen) {
          expect(one).not.to.equal('canary-outside');
          if (one === undefined) refused += 1;
          else inside += 1;
        }
      }
    } finally {
      swapper.kill('SIGKILL');
    }
    expect(existsSync(join(outer, 'out', 'y'))).to.equal(false);
    expect(readFileSync(join(outer, 'out', 'x'), 'utf8')).to.equal('canary-outside');
  });
});

/** Puts a link in the place of a folder and back, as fast as it can. */
const swap = `
const fs = require('node:fs');
const [root, out] = process.argv.slice(1);
const d = root + '/d', kept = root + '/kept', link = root + '/link';
fs.symlinkSync(out, link);
process.stdout.write('on');
for (;;) {
  try {
    fs.renameSync(d, kept); fs.renameSync(link, d);
    fs.renameSync(d, link); fs.renameSync(kept, d);
  } catch {}
}`;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'none',
    (thrown: unknown) => (thrown as { readonly code: string }).code,
  );
}
