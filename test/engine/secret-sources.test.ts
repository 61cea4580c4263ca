import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEngine } from '../../engine/engine.ts';
import type { Engine, EngineOptions } from '../../engine/api.ts';
import { projectOf } from '../fakes/project.ts';
import { failureOf, fakeModels } from './kit.ts';

const files = {
  'engine.yaml':
    'store: { type: memory }\nmodules: { secrets: ./vault.ts }\nsecrets: { HERE: {}, THERE: { required: true }, GONE: {}, SHORT: {} }\n',
  'vault.ts': `const values = { THERE: 'of-the-vault', SHORT: 'abc' };
export default { get: async (name) => values[name] };
`,
  'src/agents/a.yaml': {
    description: 'A.',
    model: 'openai/x',
    tools: ['tell'],
    secrets: ['HERE', 'THERE'],
  },
  'src/tools/tell.ts': `export default { description: 'T.', inputSchema: { type: 'object' }, run: (_input, { secrets }) =>
  ['HERE', 'THERE'].map((name) => secrets.get(name).length) };
`,
};

describe('engine: where secrets come from', () => {
  const open: Engine[] = [];
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
  });

  async function start(options: EngineOptions): Promise<Engine> {
    const engine = await createEngine({ env: {}, store: 'memory', ...options });
    open.push(engine);
    return engine;
  }

  it('a source of the options goes before the module of the config, that before variables and files', async () => {
    const asked: string[] = [];
    const engine = await start({
      project: projectOf(files),
      env: { HERE: 'of-the-environment', THERE: 'not-this' },
      secrets: { get: (name) => (asked.push(name), name === 'HERE' ? 'x'.repeat(30) : undefined) },
      ports: {
        models: fakeModels((_request, turn) => (turn === 1 ? { calls: [{ tool: 'tell' }] } : 'ok')),
      },
    });
    await engine.agents.session('a', '1').prompt('Go.');
    const [, , told] = await engine.agents.session('a', '1').history();
    expect(JSON.stringify(told)).to.contain('[30,12]');
    expect(asked).to.deep.equal(['HERE', 'THERE', 'GONE', 'SHORT']);
    expect(engine.secrets).to.deep.equal({
      missing: ['GONE'],
      warnings: [
        'the value of secret "SHORT" is too short or too common to be hidden in what is stored and told',
      ],
    });
    expect(engine.redact('abc of-the-vault, Bearer abcdefgh123')).to.equal('abc [secret], Bearer [secret]');
  });

  it('values are read again at every start, and not in between', async () => {
    const project = projectOf({ 'engine.yaml': 'secrets: { KEY: { file: key } }\n' });
    writeFileSync(join(project, 'key'), 'the-first-value\n', { mode: 0o600 });
    const first = await start({ project });
    writeFileSync(join(project, 'key'), 'the-second-value\n');
    const second = await start({ project });
    expect([first, second].map(({ redact }) => redact('the-first-value the-second-value'))).to.deep.equal([
      '[secret] the-second-value',
      'the-first-value [secret]',
    ]);
  });

  it('a source that fails ends the start without what it said', async () => {
    const failing = { get: () => Promise.reject(new Error('denied for hunter2-hunter2')) };
    const failure = await failureOf(start({ project: projectOf(files), secrets: failing }));
    expect(failure).to.deep.equal({
      type: 'missing_secret',
      message: 'the source of secrets failed for "HERE"',
    });
    const strange = { get: () => 7 as unknown as string };
    expect(await failureOf(start({ project: projectOf(files), secrets: strange }))).to.include({
      message: 'the source of secrets gave no text for "HERE"',
    });
  });

  it('a module that is no source is told, and who only looks imports none', async () => {
    const project = projectOf({ ...files, 'vault.ts': 'export default 1;\n' });
    expect(await failureOf(start({ project }))).to.deep.equal({
      type: 'invalid_project',
      message: 'secrets: the default export of vault.ts must be an object with a "get" function',
    });
    const { secrets } = await start({ project, readOnly: true });
    expect(secrets.missing).to.include('THERE');
  });

  it('all secrets that are missing are named at once', async () => {
    const project = projectOf({
      'engine.yaml':
        'secrets: { A: { required: true }, B: { file: b, required: true }, C: {}, D: { env: D1, file: d, required: true } }\n',
    });
    expect(await failureOf(start({ project, env: { C: 'value-of-c' } }))).to.deep.equal({
      type: 'missing_secret',
      message:
        '3 secrets are required: "A" (the environment variable "A"), "B" (the file "b"), "D" (the environment variable "D1" or the file "d")',
    });
  });

  it('a file that everybody may write is not read, one that everybody may read is told', async function () {
    if (process.platform === 'win32') return this.skip();
    const project = projectOf({
      'engine.yaml':
        'secrets: { OPEN: { file: keys/open }, LOOSE: { file: keys/loose }, OWN: { file: keys/own }, LARGE: { file: keys/large } }\n',
    });
    mkdirSync(join(project, 'keys'));
    for (const [name, mode] of [
      ['open', 0o666],
      ['loose', 0o644],
      ['own', 0o600],
      ['large', 0o600],
    ] as const) {
      writeFileSync(
        join(project, 'keys', name),
        name === 'large' ? 'x'.repeat(70_000) : `value-of-${name}\n`,
      );
      chmodSync(join(project, 'keys', name), mode);
    }
    const { secrets, redact } = await start({ project });
    expect(secrets).to.deep.equal({
      missing: ['OPEN', 'LARGE'],
      warnings: [
        'secret "OPEN" cannot be read from its file "keys/open", which every user can write; chmod 600 it',
        'the file "keys/loose" of secret "LOOSE" can be read by every user; chmod 600 it',
        'secret "LARGE" cannot be read from its file "keys/large", which is larger than 65536 bytes',
      ],
    });
    expect(redact('value-of-loose value-of-own')).to.equal('[secret] [secret]');
  });
});
