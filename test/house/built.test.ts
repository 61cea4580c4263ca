import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Each `import` and `export … from` of a module. */
const importing = /(?:^|;)(?:import|export)(?:[\w$\s{},*]*from)?\s*"([^"]+)"/gm;

/** Files for which our own readers are not enough. */
const needy = {
  'agents/cut.yaml': 'model: [mock/x\n',
  'schedules/never.yaml': 'cron: 0 0 31 2 *\nworkflow: odd\n',
  'workflows/odd.yaml':
    'inputSchema: { properties: { at: { minLength: many } } }\nsteps:\n  - { id: one, set: { a: 1 } }\n',
};

describe('the built package', () => {
  let folder: string;
  const dist = (...parts: string[]): string => join(folder, 'dist', ...parts);

  before(async function () {
    this.timeout(120_000);
    folder = mkdtempSync(join(tmpdir(), 'engine-built-'));
    for (const name of ['schema', 'specs', 'node_modules', 'package.json'])
      symlinkSync(join(root, name), join(folder, name));
    const { bundle } = (await import(pathToFileURL(join(root, 'scripts/bundle.mjs')).href)) as {
      bundle: (outdir: string) => Promise<void>;
    };
    await bundle(dist());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('runs an example, with one and the same Problem in engine and client', async () => {
    const program = `
      import { createEngine, createServer, Problem } from ${JSON.stringify(pathToFileURL(dist('index.js')).href)};
      import * as client from ${JSON.stringify(pathToFileURL(dist('client/index.js')).href)};
      const engine = await createEngine({ project: ${JSON.stringify(join(root, 'examples/hello'))}, store: 'memory' });
      const server = createServer(engine, { port: 0 });
      const { url } = await server.listen();
      const { agents } = client.createClient({ baseUrl: url });
      const { text } = await agents.invoke('greeter', 'ada', { message: 'My name is Ada' });
      const thrown = await agents.invoke('nobody', 'ada', { message: 'Hi' }).catch((error) => error);
      console.log(JSON.stringify({ text, same: thrown instanceof Problem && Problem === client.Problem, code: thrown.code }));
      await server.close();
      await engine.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    const { text, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    expect(text).to.include('Ada');
    expect(rest).to.deep.equal({ same: true, code: 'agent_not_found' });
  });

  it('has the command', async () => {
    const { stdout } = await run(process.execPath, [dist('cli/main.js'), '--version']);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(stdout.trim()).to.equal(version);
  });

  it('reads big packages only when files need them', async () => {
    const project = join(folder, 'project');
    for (const [file, text] of Object.entries(needy)) {
      mkdirSync(join(project, file, '..'), { recursive: true });
      writeFileSync(join(project, file), text);
    }
    const watch = `import Module from 'node:module';
      process.on('exit', () => console.error(Object.keys(Module._cache).join('\\n')));`;
    writeFileSync(join(folder, 'watch.mjs'), watch);
    const validate = async (where: string): Promise<readonly [rules: string[], late: string[]]> => {
      const args = [
        '--import',
        pathToFileURL(join(folder, 'watch.mjs')).href,
        dist('cli/main.js'),
        'validate',
      ];
      const ended = run(process.execPath, [...args, where, '--json']);
      const { stdout, stderr } = await ended.catch((failure: { stdout: string; stderr: string }) => failure);
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string }[] };
      const late = stderr.split('\n').filter((file) => file.startsWith(dist()));
      return [diagnostics.map(({ rule }) => rule).sort(), late.map((file) => basename(file)).sort()];
    };
    // It has patterns.
    expect(await validate(join(root, 'examples/hello'))).to.deep.equal([[], ['re2js.cjs']]);
    expect(await validate(project)).to.deep.equal([
      ['schema/bad-format', 'schema/invalid-json-schema', 'yaml/syntax'],
      ['ajv.cjs', 'croner.cjs', 'yaml.cjs'],
    ]);
  });

  it('has a client that needs nothing of Node', () => {
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = readFileSync(file, 'utf8');
      for (const [, path = ''] of code.matchAll(importing)) {
        expect(path, file).to.match(/^\.{1,2}\//);
        visit(join(file, '..', path));
      }
      expect(code).not.to.match(/\bprocess\.|\bBuffer\b|\brequire\(/);
    };
    visit(dist('client/index.js'));
    expect(seen.size).to.be.greaterThan(1);
  });

  it('names the licence of every package that was taken in', () => {
    const notices = readFileSync(dist('THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['koa', 'ajv', 'yaml', 'ws', 'handlebars', 'keyv'])
      expect(notices).to.match(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    expect(notices).to.include('Permission is hereby granted');
  });

  it('leaves native code and what is seldom needed in node_modules', () => {
    const code = readdirSync(dist('chunks')).filter((file) => file.endsWith('.js'));
    const all = code.map((file) => readFileSync(dist('chunks', file), 'utf8')).join('\n');
    for (const name of ['sqlite3', 'just-bash', 'jiti', '@ai-sdk/openai'])
      expect(all, name).to.match(new RegExp(`(from|import)\\s*\\(?"${name}"`));
  });
});
