import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Problem } from '../../../engine/core/problem.ts';
import type { Sandbox } from '../../../engine/ports/sandbox.ts';
import type { Sandbox as SandboxSpec } from '../../../engine/program/sandbox.ts';
import { openTestSandbox } from './open-test-sandbox.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const restore = {
  '/workspace/.env': base64('KEY=canary\n'),
  '/workspace/.git/config': base64('[core]\n'),
  '/workspace/docs/a.md': base64('a\n'),
  '/workspace/out/b.txt': base64('b\n'),
  '/workspace/sub/.env': base64('KEY=canary\n'),
};

function open(files: Partial<SandboxSpec['files']>, changes: Partial<SandboxSpec> = {}): Promise<Sandbox> {
  const patterns = { read: undefined, write: undefined, protect: [], ...files };
  return openTestSandbox({ write: true, shell: true, files: patterns, ...changes }, { restore });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const thrown: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return thrown instanceof Problem ? thrown.code : 'nothing';
}

describe('protected files', () => {
  for (const trick of [
    'cat .env',
    'cat sub/../.env',
    'cat < .env',
    'ln -s .env x; cat x',
    'ln .env x; cat x',
    'ln -s . here; cat here/sub/.env',
    'cp .env x; cat x',
    'mv .env x; cat x',
    'cp -r sub copy; cat copy/.env',
    'mv sub moved; cat moved/.env',
    'grep -r KEY .',
    'tar -cf x.tar .env; tar -xOf x.tar',
    'find . -name .env -exec cat {} +',
    'sed -n p .env',
    'head -c 100 .e*',
    'base64 .env',
    'while read x; do echo $x; done < .env',
  ])
    it(`are not read by ${trick}`, async () => {
      const sandbox = await open({ protect: ['.env'] });
      const result = await sandbox.exec(trick).catch(() => ({ stdout: '', stderr: '' }));
      expect(result.stdout + result.stderr).not.to.contain('canary');
      expect(result.stdout).not.to.contain(base64('KEY=canary\n').slice(0, 10));
    });

  for (const trick of [
    'echo x > .env',
    'echo x >> .env',
    'rm .env',
    'rm -rf sub',
    'rm -rf ./*',
    'mv sub moved',
    'mkdir y; echo x > y/.env',
    'cp docs/a.md .env',
    'mv docs/a.md .env',
    'ln -sf docs/a.md .env',
    'ln -s .env x; echo y > x',
    'mkdir z; echo x > z/a; mv z/a z/.env',
    'chmod 777 .env',
    'touch .env',
  ])
    it(`are not changed by ${trick}`, async () => {
      const sandbox = await open({ protect: ['.env'] });
      await sandbox.exec(trick).catch(() => undefined);
      const after = await sandbox.snapshot();
      expect(after['/workspace/.env']).to.equal(restore['/workspace/.env']);
      expect(after['/workspace/sub/.env']).to.equal(restore['/workspace/sub/.env']);
      expect(Object.keys(after).filter((path) => path.endsWith('.env'))).to.have.length(2);
    });

  it('are refused to tools with the reason', async () => {
    const sandbox = await open({ protect: ['.env'] });
    const thrown: unknown = await sandbox.readFile('.env').catch((reason: unknown) => reason);
    expect(thrown).to.be.instanceOf(Problem);
    expect((thrown as Problem).code).to.equal('sandbox_denied');
    expect((thrown as Problem).message).to.equal('access is not allowed: ".env" (the file is protected)');
    expect(await codeOf(sandbox.writeFile('new/.env', 'x'))).to.equal('sandbox_denied');
    expect(await codeOf(sandbox.remove('sub', { recursive: true }))).to.equal('sandbox_denied');
  });
});

describe('frozen files', () => {
  it('are read and never changed', async () => {
    const sandbox = await open({ frozen: ['.git'] });
    expect((await sandbox.exec('cat .git/config')).stdout).to.equal('[core]\n');
    for (const trick of [
      'echo x > .git/config',
      'mkdir .git/hooks',
      'echo x > .git/hooks',
      'mv .git g',
      'rm -rf .git',
      'ln -s .git g; echo x > g/config',
      'cp docs/a.md .git/config',
    ])
      await sandbox.exec(trick).catch(() => undefined);
    const { ...after } = await sandbox.snapshot();
    expect(after).to.deep.equal(restore);
  });
});

describe('files that may be read and written by pattern', () => {
  it('are those and no others', async () => {
    const sandbox = await open({ read: ['docs/**', 'out/**'], write: ['out/**'] });
    expect((await sandbox.exec('cat docs/a.md out/b.txt')).stdout).to.equal('a\nb\n');
    expect((await sandbox.exec('cat .git/config')).exitCode).to.equal(1);
    await sandbox.exec('echo new > out/deep/er/c; echo x > docs/a.md; echo x > top; mv out/b.txt docs/b.txt');
    await sandbox.writeFile('out/tool.txt', 'x');
    expect(await codeOf(sandbox.writeFile('docs/tool.txt', 'x'))).to.equal('sandbox_denied');
    expect(await codeOf(sandbox.readFile('.git/config'))).to.equal('sandbox_denied');
    const after = Object.keys(await sandbox.snapshot()).filter((path) => !(path in restore));
    expect(after.sort()).to.deep.equal(['/workspace/out/deep/er/c', '/workspace/out/tool.txt']);
  });
});

describe('limits of a virtual sandbox', () => {
  it('keeps to its number of files', async () => {
    const sandbox = await open({}, { bounds: { files: 20, memoryMb: 512, processes: 64 } });
    const result = await sandbox.exec('for i in {1..50}; do echo $i > f$i; done');
    expect(result.stderr).to.contain('more than 20 files and folders');
    expect(await codeOf(sandbox.writeFile('more', 'x'))).to.equal('sandbox_failed');
    await sandbox.exec('echo changed > f1; cp -r . copy');
    expect((await sandbox.exec('find . | wc -l')).stdout.trim()).to.equal('21');
    expect((await sandbox.exec('cat f1')).stdout).to.equal('changed\n');
  });

  it('keeps to its memory', async () => {
    const limits = { timeoutMs: 5_000, outputBytes: 10_000, fileBytes: 10_000_000 };
    const sandbox = await open({}, { limits, bounds: { files: 1000, memoryMb: 1, processes: 64 } });
    await sandbox.writeFile('half', 'x'.repeat(600_000));
    expect(await codeOf(sandbox.writeFile('more', 'x'.repeat(600_000)))).to.equal('sandbox_failed');
    const result = await sandbox
      .exec('x=aaaaaaaa; for i in {1..30}; do x=$x$x; done; echo ${#x}')
      .catch(() => undefined);
    expect(Number(result?.stdout || 0)).to.be.lessThan(2_000_000);
  });
});

describe('the network of a virtual sandbox', () => {
  let server: Server;
  let port: number;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push(
        `${request.headers.host ?? ''}${request.url ?? ''} ${request.headers.authorization ?? '-'}`,
      );
      if (request.url === '/away') response.writeHead(302, { location: `http://localhost:${port}/end` });
      response.end('hello\n');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const curl = (network: SandboxSpec['network'], command: string) =>
    openTestSandbox({ shell: true, network }).then((sandbox) => sandbox.exec(command));

  it('is not there without an allowlist', async () => {
    const result = await curl({ allow: [], deny: [] }, `curl -s http://127.0.0.1:${port}/`);
    expect(result.exitCode).to.equal(127);
    expect(requests).to.deep.equal([]);
  });

  it('reaches a host that is allowed', async () => {
    const { stdout } = await curl({ allow: ['127.0.0.1'], deny: [] }, `curl -s http://127.0.0.1:${port}/x`);
    expect(stdout).to.equal('hello\n');
  });

  it('reaches no other host, port, scheme or denied name', async () => {
    for (const [allow, deny, url] of [
      [['127.0.0.1:1'], [], `http://127.0.0.1:${port}/`],
      [['example.com'], [], `http://127.0.0.1:${port}/`],
      [['127.0.0.1'], [], `http://localhost:${port}/`],
      [['127.0.0.1'], [], `http://0x7f000001.evil:${port}/`],
      [['127.0.0.1'], ['127.0.0.1'], `http://127.0.0.1:${port}/`],
      [['127.0.0.1'], [], 'file:///etc/passwd'],
      [['*'], [], `http://127.0.0.1:${port}/`],
      [['*'], [], `http://localhost:${port}/`],
      [['*.localhost'], [], `http://localhost:${port}/`],
    ] as const) {
      const result = await curl({ allow: [...allow], deny: [...deny] }, `curl -sS ${url}`);
      expect(result.exitCode, url).not.to.equal(0);
      expect(result.stdout, url).to.equal('');
    }
    expect(requests).to.deep.equal([]);
  });

  it('looks at the host again at a redirect', async () => {
    const allow = [`127.0.0.1:${port}`];
    const { stderr } = await curl({ allow, deny: [] }, `curl -sS -L http://127.0.0.1:${port}/away`);
    expect(stderr).to.contain(`host "localhost:${port}" is not allowed; allowed hosts: 127.0.0.1:${port}`);
    expect(requests).to.deep.equal([`127.0.0.1:${port}/away -`]);
  });

  it('takes no credentials to another host', async () => {
    const allow = [`127.0.0.1:${port}`, `localhost:${port}`];
    await curl({ allow, deny: [] }, `curl -sS -L -H 'Authorization: canary' http://127.0.0.1:${port}/away`);
    expect(requests).to.deep.equal([`127.0.0.1:${port}/away canary`, `localhost:${port}/end -`]);
  });
});
