import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { cruise } from 'dependency-cruiser';
import type { ICruiseOptions, ICruiseResult } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';

/** A project that breaks each rule once, as path → text. */
const planted: Readonly<Record<string, string>> = {
  'engine/core/word.ts': `import '../ports/clock.ts';\nimport 'node:fs';\nexport const word = 1;\n`,
  'engine/core/left.ts': `import { right } from './right.ts';\nexport const left = (): number => right();\n`,
  'engine/core/right.ts': `import { left } from './left.ts';\nexport const right = (): number => left();\n`,
  'engine/ports/clock.ts': `import { cel } from '../expr/index.ts';\nexport const clock = cel;\n`,
  'engine/expr/index.ts': `export { cel } from './cel.ts';\n`,
  'engine/expr/cel.ts': `export const cel = 1;\nexport type Tree = number;\n`,
  'engine/program/agent.ts': `import type { Tree } from '../expr/cel.ts';\nexport type Agent = Tree;\nexport const a = 1;\n`,
  'engine/session/index.ts': `import '../workflow/index.ts';\nimport 'left-pad';\n`,
  'engine/workflow/index.ts': `import 'chai';\nexport {};\n`,
  'engine/adapters/store.ts': `import { a } from '../program/agent.ts';\nexport const store = a;\n`,
  'engine/server/index.ts': `import '../cli/main.ts';\nimport '../engine.ts';\nimport '../session/index.ts';\n`,
  'engine/cli/main.ts': `export {};\n`,
  'engine/elsewhere/thing.ts': `export {};\n`,
  'engine/engine.ts': `import './elsewhere/thing.ts';\nimport '../test/fake.ts';\nexport {};\n`,
  'test/fake.ts': `export {};\n`,
  'node_modules/chai/package.json': JSON.stringify({ name: 'chai', main: 'index.js' }),
  'node_modules/chai/index.js': '',
  'package.json': JSON.stringify({ name: 'planted', type: 'module', devDependencies: { chai: '*' } }),
};

describe('the rooms of engine/', () => {
  it('each planted import that the tables forbid is reported, and no other', async () => {
    expect(await violations(planted)).to.deep.equal([
      'door-expr: engine/program/agent.ts → engine/expr/cel.ts',
      'no-cycles: engine/core/left.ts → engine/core/right.ts',
      'no-dev-packages: engine/workflow/index.ts → node_modules/chai/index.js',
      'no-outside: engine/engine.ts → test/fake.ts',
      'no-undeclared-packages: engine/session/index.ts → left-pad',
      'pure: engine/core/word.ts → fs',
      'room-adapters-types: engine/adapters/store.ts → engine/program/agent.ts',
      'room-core: engine/core/word.ts → engine/ports/clock.ts',
      'room-ports-types: engine/ports/clock.ts → engine/expr/index.ts',
      'room-server: engine/server/index.ts → engine/cli/main.ts',
      'room-session: engine/session/index.ts → engine/workflow/index.ts',
      'room-unknown: engine/engine.ts → engine/elsewhere/thing.ts',
    ]);
  }).timeout(120_000);

  it('every room and every door has a rule that fires', async () => {
    const names = ((await extractConfig(configFile)).forbidden ?? []).map((rule) => rule.name ?? '');
    const rooms = names.filter((name) => /^room-(?!unknown|cli|.*-types)/.test(name));
    const doors = names.filter((name) => name.startsWith('door-'));
    const project: Record<string, string> = { 'engine/cli/main.ts': 'export {};\n', 'package.json': '{}' };
    for (const name of rooms)
      project[`engine/${name.replace('room-', '')}/inner.ts`] = `import '../cli/main.ts';\n`;
    project['engine/engine.ts'] = doors
      .map((name) => `import './${name.replace('door-', '')}/inner.ts';\n`)
      .join('');
    const fired = new Set((await violations(project)).map((line) => line.split(':')[0]));
    expect([...fired].sort()).to.deep.equal([...rooms, ...doors].sort());
  }).timeout(120_000);
});

const configFile = resolve('.dependency-cruiser.mjs');

/** What the rules say of a project given as path → text, as sorted lines `rule: from → to`. */
async function violations(project: Readonly<Record<string, string>>): Promise<string[]> {
  const baseDir = await realpath(await mkdtemp(join(tmpdir(), 'rooms-')));
  try {
    for (const [path, text] of Object.entries(project)) {
      await mkdir(dirname(join(baseDir, path)), { recursive: true });
      await writeFile(join(baseDir, path), text);
    }
    const { forbidden = [], options } = await extractConfig(configFile);
    const { tsConfig: _, ...rest } = options ?? {};
    const cruiseOptions: ICruiseOptions = { ...rest, baseDir, validate: true, ruleSet: { forbidden } };
    const { output } = await cruise(['engine'], cruiseOptions);
    const found = (output as ICruiseResult).summary.violations;
    return [...new Set(found.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`))].sort();
  } finally {
    await rm(baseDir, { recursive: true, force: true });
  }
}
