import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monty } from '../../../engine/adapters/code/monty/monty.ts';
import { toPlain } from '../../../engine/adapters/code/monty/to-plain.ts';
import { defaultCodeLimits, type CodeRunner } from '../../../engine/ports/code-runner.ts';
import { failureOf } from '../../engine/kit.ts';
import { temporaryFolder } from '../../fakes/project.ts';

const install = 'npm install --save-exact @pydantic/monty@0.0.18';

describe('the code runner "monty" where its package is not as it should be', function () {
  this.timeout(120_000);

  it('says what to install when it is not there', async () => {
    expect(await failureOf(run(monty(temporaryFolder())))).to.deep.equal({
      type: 'not_available',
      message: `Python cannot be run: @pydantic/monty is not installed; run: ${install}`,
    });
  });

  it('takes no other version than the one that was tried', async () => {
    expect(await failureOf(run(monty(folderWith('0.0.19', 'export {};'))))).to.deep.equal({
      type: 'not_available',
      message: `Python cannot be run: @pydantic/monty 0.0.19 is installed, and this version of the engine works with 0.0.18; run: ${install}`,
    });
  });

  it('says why it cannot be loaded, each time', async () => {
    const runner = monty(folderWith('0.0.18', 'throw new Error("no binary for this machine");'));
    for (let times = 0; times < 2; times += 1)
      expect(await failureOf(run(runner))).to.deep.equal({
        type: 'not_available',
        message: 'Python cannot be run: @pydantic/monty cannot be loaded here: no binary for this machine',
      });
    await runner.close?.();
  });
});

describe('values of Monty', () => {
  it('of every type are JSON', () => {
    const typed = (name: string, parts: object): object => ({ __monty_type__: name, ...parts });
    const time = { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, microsecond: 600 };
    const values = [
      typed('DateTime', { ...time, offsetSeconds: -5400 }),
      typed('TimeZone', { offsetSeconds: 19800 }),
      typed('TimeDelta', { days: -1, seconds: 2, microseconds: 500_000 }),
      typed('Type', { value: 'int' }),
      typed('Exception', { excType: 'ValueError', message: 'x' }),
      typed('Ellipsis', {}),
      new Map<unknown, unknown>([[1n, new Set([2n ** 60n])]]),
    ];
    expect(toPlain(values)).to.deep.equal([
      '2026-01-02T03:04:05.000600-01:30',
      'UTC+05:30',
      -86397.5,
      'int',
      'ValueError: x',
      '...',
      { 1: ['1152921504606846976'] },
    ]);
  });
});

function run(runner: CodeRunner): Promise<unknown> {
  const { signal } = new AbortController();
  return runner.run('1', { inputs: {}, functions: {}, limits: defaultCodeLimits, typeCheck: false, signal });
}

/** A folder with a package in place of the real one. */
function folderWith(version: string, text: string): string {
  const root = temporaryFolder();
  const folder = join(root, 'node_modules/@pydantic/monty');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: '@pydantic/monty', version, type: 'module', exports: { '.': './main.js' } }),
  );
  writeFileSync(join(folder, 'main.js'), text);
  return root;
}
