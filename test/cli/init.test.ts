import { Ajv } from 'ajv';
import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import picocolors from 'picocolors';
import { parse } from 'yaml';
import { init, type InitOptions } from '../../engine/cli/commands/init.ts';
import { readEditorSchemas } from '../../engine/cli/editor-schemas.ts';
import type { Person } from '../../engine/cli/person.ts';
import { readTemplates } from '../../engine/cli/init/template.ts';
import type { Screen, Terminal } from '../../engine/cli/terminal.ts';
import { Problem } from '../../engine/core/problem.ts';
import { findingsOf, temporaryFolder } from '../fakes/project.ts';

const templates = await readTemplates();

describe('engine init', function () {
  this.timeout(120_000);

  for (const { name, next, questions } of templates) {
    describe(`the template "${name}"`, () => {
      const folder = join(temporaryFolder(), 'shop');
      const files = (): string[] => filesOf(folder);

      before(() => run(folder, { template: name, yes: true }));

      // What others send, and what a script answers, has no schema; and these agents are called from outside.
      it('has nothing to complain about, however strict one is', async () => {
        expect(await findingsOf(folder)).to.deep.equal([]);
        const strict = join(temporaryFolder(), 'shop');
        await run(strict, { template: name, yes: true });
        const config = join(strict, 'engine.yaml');
        const rules = { preset: 'strict', 'type/untyped': 'off', 'graph/unused-agent': 'off' };
        writeFileSync(config, `${readFileSync(config, 'utf8')}\nrules: ${JSON.stringify(rules)}\n`);
        expect(await findingsOf(strict)).to.deep.equal([]);
      });

      it('has nothing to complain about with any model it offers', async () => {
        for (const { value } of questions.flatMap(({ choices }) => choices)) {
          const other = join(temporaryFolder(), 'shop');
          await run(other, { template: name, set: [`model=${value}`] });
          expect(await findingsOf(other), value).to.deep.equal([]);
        }
      });

      it('is whole: config, page, ignored files, and no placeholder left', () => {
        expect(files()).to.include.members([
          'engine.yaml',
          'README.md',
          '.gitignore',
          '.vscode/settings.json',
        ]);
        for (const file of files()) expect(read(folder, file), file).not.to.include('[[=');
        expect(parse(read(folder, 'engine.yaml'))).to.include({ name: 'shop' });
        expect(read(folder, '.gitignore')).to.match(/^\.engine\/data\/$/m);
      });

      it('names in the first line of every YAML file a schema that is there and that the file fits', () => {
        const specs = files().filter((file) => file.endsWith('.yaml'));
        expect(specs).not.to.deep.equal([]);
        for (const file of specs) {
          const text = read(folder, file);
          const path = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '(none)';
          const schema = resolve(folder, dirname(file), path);
          expect(existsSync(schema), `${file}: ${path}`).to.equal(true);
          const kind = file === 'engine.yaml' ? 'project' : (/^src\/(\w+)s\//.exec(file)?.[1] ?? '');
          expect(path).to.match(new RegExp(`/${kind}\\.schema\\.json$`));
          const ajv = new Ajv({ strict: false, validateFormats: false });
          const check = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
          expect(check(parse(text)), `${file}: ${ajv.errorsText(check.errors)}`).to.equal(true);
        }
      });

      it('tells VS Code the schema of every kind that is written in YAML', () => {
        const settings = JSON.parse(read(folder, '.vscode/settings.json')) as {
          'yaml.schemas': Record<string, string[]>;
        };
        const named = Object.keys(settings['yaml.schemas']);
        for (const path of named) expect(existsSync(join(folder, path)), path).to.equal(true);
        expect(named).to.have.length(files().filter((file) => /\.schema\.json$/.test(file)).length - 1);
      });

      it('shows on its page what the command says to do next', () => {
        const page = read(folder, 'README.md');
        for (const command of next) expect(page).to.include(`\n${command}\n`);
      });
    });
  }

  it('writes the schemas that `engine schema` prints', async () => {
    const folder = temporaryFolder();
    await run(folder, { yes: true });
    for (const schema of await readEditorSchemas())
      expect(read(folder, `.engine/editor/${schema.file}`)).to.equal(schema.text());
  });

  it('takes the simplest template and the name of the folder when nothing else is said', async () => {
    const folder = join(temporaryFolder(), '2 Big shöps!');
    const { out } = await run(folder, { yes: true });
    expect(read(folder, 'engine.yaml')).to.match(/^name: Big-sh-ps$/m);
    expect(out).to.include('"hello" is written to');
    const odd = join(temporaryFolder(), '123');
    await run(odd, { yes: true });
    expect(read(odd, 'engine.yaml')).to.match(/^name: hello$/m);
  });

  it('without a person to ask wants a template', async () => {
    expect(await faultOf(() => run(temporaryFolder(), {}))).to.deep.equal([
      'invalid_request',
      'say what to start with: "--template <name>" (chat, hello, tools, webhook, workflow), or "--yes" for "hello"',
    ]);
  });

  it('answers what does not fit with what does', async () => {
    const folder = temporaryFolder();
    const fault = (options: InitOptions) => faultOf(() => run(folder, options));
    expect(await fault({ template: 'chta' })).to.deep.equal([
      'not_found',
      'no template "chta"; did you mean "chat"?',
    ]);
    expect(await fault({ template: 'chat', name: '1st: #x' })).to.deep.equal([
      'invalid_request',
      '"1st: #x" is no name; write letters, digits, "_" and "-", at most 64, beginning with a letter',
    ]);
    expect((await fault({ template: 'chat', set: ['model=gpt: 5'] }))[1]).to.match(
      /^"gpt: 5" is no model; expected "script\/assistant", .*, or another one in their form$/,
    );
    expect(await fault({ template: 'chat', set: ['modle=x'] })).to.deep.equal([
      'invalid_request',
      'the template "chat" does not ask "modle"; did you mean "model"?',
    ]);
    expect(await fault({ template: 'chat', set: ['model'] })).to.deep.equal([
      'invalid_request',
      'write "--set model=<answer>"',
    ]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('never overwrites: it names every file that differs and writes nothing', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'README.md'), 'mine');
    writeFileSync(join(folder, 'src'), 'a file where a folder should be');
    writeFileSync(join(folder, '.enginerc'), 'name: other\n');
    const before = filesOf(folder);
    try {
      await run(folder, { yes: true });
      expect.fail('it went on');
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      expect(thrown.exitCode).to.equal(2);
      expect(thrown.message).to.match(/^5 files in ".*" are there already, so nothing was written; /);
      const { faults } = thrown.details as { faults: { pointer: string }[] };
      expect(faults.map(({ pointer }) => pointer)).to.deep.equal([
        'README.md',
        'src/agents/greeter.md',
        'src/models/greeter.yaml',
        'src/workflows/welcome.yaml',
        '.enginerc',
      ]);
    }
    expect(filesOf(folder)).to.deep.equal(before);
  });

  it('done twice is the same as done once', async () => {
    const folder = temporaryFolder();
    await run(folder, { yes: true, name: 'shop' });
    const before = filesOf(folder);
    const { out, exitCode } = await run(folder, { yes: true, name: 'shop' });
    expect(exitCode).to.equal(0);
    expect(out).to.include('engine.yaml (as it was)');
    expect(filesOf(folder)).to.deep.equal(before);
  });

  it('adds to a folder that has other files', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'package.json'), '{"name": "mine"}\n');
    await run(folder, { yes: true });
    expect(await findingsOf(folder)).to.deep.equal([]);
    expect(read(folder, 'package.json')).to.equal('{"name": "mine"}\n');
  });

  it('shows what it would write without writing it', async () => {
    const folder = join(temporaryFolder(), 'shop');
    const { out } = await run(folder, { yes: true, dryRun: true, json: true });
    const { written, files } = JSON.parse(out) as {
      written: boolean;
      files: { path: string; state: string }[];
    };
    expect(written).to.equal(false);
    expect(files).to.deep.include({ path: 'engine.yaml', state: 'new' });
    expect(existsSync(folder)).to.equal(false);
  });

  it('asks a person for what is not said', async () => {
    const folder = join(temporaryFolder(), 'shop');
    const person = typing([
      ['What do you want to start with?', down + enter],
      ['In which folder?', '\u0015' + folder + enter],
      ['What is the project called?', '!' + enter],
      ['is no name', '\u007F' + enter],
      ['Which model answers?', down + enter],
    ]);
    const { exitCode } = await run(undefined, {}, person);
    expect(exitCode).to.equal(0);
    expect(read(folder, 'engine.yaml'))
      .to.match(/^name: shop$/m)
      .and.match(/^model: openai\/gpt-5.5$/m);
    expect(existsSync(join(folder, 'src/agents/greeter.md'))).to.equal(true);
  });

  it('takes a model that is not listed', async () => {
    const folder = join(temporaryFolder(), 'shop');
    const person = typing([
      ['Which model answers?', down.repeat(4) + enter],
      ['like those listed', 'openai/gpt-6' + enter],
    ]);
    await run(folder, { template: 'hello', name: 'shop' }, person);
    expect(read(folder, 'engine.yaml')).to.match(/^model: openai\/gpt-6$/m);
  });

  it('leaves nothing behind when the person gives up', async () => {
    const folder = join(temporaryFolder(), 'shop');
    const person = typing([
      ['What do you want to start with?', enter],
      ['What is the project called?', '\u0003'],
    ]);
    const { exitCode, err } = await run(folder, {}, person);
    expect([exitCode, err]).to.deep.equal([130, 'given up, nothing was written\n']);
    expect(existsSync(folder)).to.equal(false);
  });
});

const enter = '\r';
const down = '\u001B[B';

/** A person who answers the questions in this order: when a text is seen, these keys are pressed. */
function typing(answers: readonly (readonly [string, string])[]): Person {
  const input = new PassThrough();
  const output = new PassThrough();
  const open = [...answers];
  let seen = '';
  let pressing = false;
  const look = (): void => {
    const [question, keys] = open[0] ?? [];
    if (pressing || question === undefined || keys === undefined || !seen.includes(question)) return;
    open.shift();
    pressing = true;
    setImmediate(
      press,
      keys.split(down).flatMap((typed, at) => [...(at === 0 ? [] : [down]), ...typed]),
    );
  };
  // One key at a time, as somebody types, an arrow too: what begins one is another key when the rest comes late. What the last one brings is the next question.
  const press = ([key = '', ...rest]: readonly string[]): void => {
    if (rest.length > 0) setImmediate(press, rest);
    else {
      pressing = false;
      seen = '';
    }
    input.write(key);
  };
  output.on('data', (chunk: Buffer) => {
    seen += chunk.toString('utf8');
    look();
  });
  return { input, output };
}

interface Done {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function run(folder: string | undefined, options: InitOptions, person?: Person): Promise<Done> {
  const written = { out: '', err: '' };
  const screen = (name: 'out' | 'err'): Screen => ({
    colors: picocolors.createColors(false),
    isTerminal: false,
    write: (text) => void (written[name] += text),
    line: (text = '') => void (written[name] += `${text}\n`),
  });
  const terminal: Terminal = { out: screen('out'), err: screen('err') };
  const exitCode = await init(folder, options, terminal, person);
  return { exitCode, ...written };
}

async function faultOf(work: () => Promise<unknown>): Promise<[string, string]> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Problem) return [thrown.code, thrown.message];
    throw thrown;
  }
  return ['', 'it went well'];
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
