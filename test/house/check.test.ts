import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { projectOf } from '../fakes/project.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The text of a tool that says something and ends with a code. */
const says = (text: string, code: number): string => `console.log('${text}'); process.exitCode = ${code};`;
/** The text of check-typed.mjs where a part has come to a code. */
const tells = (part: string, code: number): string =>
  `await new Promise((sent) => process.send({ part: '${part}', code: ${code}, output: '${part} says this' }, sent));\n`;
const leaves = 'process.disconnect();';

const wellTools = {
  prettier: says('prettier says this', 0),
  depcruise: says('depcruise says this', 0),
  knip: says('knip says this', 0),
  // It is not run but loaded, before the file of TypeScript that it is to load.
  tsx: `${says('tsx says this', 0)} process.exit();`,
  typed: tells('types', 0) + tells('lint', 0) + leaves,
};

/** Runs scripts/check.mjs where its tools are these. */
async function check(
  changed: Partial<typeof wellTools>,
  ...parts: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { typed, ...tools } = { ...wellTools, ...changed };
  const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
  const folder = projectOf({
    'package.json': { type: 'module', scripts },
    'scripts/check.mjs': read('scripts/check.mjs'),
    'scripts/check-typed.mjs': typed,
    ...Object.fromEntries(
      Object.entries(tools).flatMap(([bin, text]) => {
        const at = `node_modules/${bin === 'depcruise' ? 'dependency-cruiser' : bin}`;
        const main = './main.js';
        return [
          [`${at}/package.json`, { type: 'module', exports: main, bin: { [bin]: main } }],
          [`${at}/main.js`, text],
        ];
      }),
    ),
  });
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, 'scripts/check.mjs'), ...parts], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

describe('npm run check', () => {
  it('runs all parts and tells of each what it said', async () => {
    const { code, out } = await check({});
    expect(code).to.equal(0);
    for (const part of ['format', 'lint', 'types', 'rooms', 'unused', 'gen'])
      expect(out).to.match(new RegExp(`^── ${part}: passed in .* s\n.* says this$`, 'm'));
    expect(out).to.match(/^check: format, lint, types, rooms, unused, gen passed in .* s\n$/m);
  });

  it('names the parts that failed, with their exit codes, and runs the others', async () => {
    const { code, out } = await check({
      prettier: says('not pretty', 3),
      typed: tells('types', 2) + tells('lint', 0) + leaves,
    });
    expect(code).to.equal(1);
    expect(out).to.match(/^── format: failed with 3 in .* s\nnot pretty$/m);
    for (const part of ['lint', 'rooms', 'unused', 'gen'])
      expect(out).to.match(new RegExp(`^── ${part}: passed`, 'm'));
    const last = out.trimEnd().split('\n').at(-1);
    expect(last).to.be.oneOf([
      'check: format failed with 3, types failed with 2',
      'check: types failed with 2, format failed with 3',
    ]);
  });

  it('fails what a process left untold when it ended', async () => {
    const thrown = await check(
      { typed: `${tells('types', 0)}throw new Error('no memory left');` },
      'lint',
      'types',
    );
    expect(thrown.code).to.equal(1);
    expect(thrown.out).to.match(/^── types: passed/m);
    expect(thrown.out).to.match(/^── lint: failed with 1 in .* s\n[^]*no memory left/m);
    expect(thrown.out).to.match(/^check: lint failed with 1\n$/m);
    const silent = await check({ typed: leaves }, 'lint');
    expect(silent.code).to.equal(1);
    expect(silent.out).to.match(/^check: lint failed with 1\n$/m);
  });

  it('runs the parts that are named, and refuses others', async () => {
    const { code, out } = await check({}, 'rooms', 'gen');
    expect(code).to.equal(0);
    expect(out).to.match(/^check: rooms, gen passed/m);
    expect(out).to.not.match(/^── (?!rooms|gen)/m);
    const refused = await check({}, 'rooms', 'room');
    expect(refused.code).to.equal(2);
    expect(refused.err).to.equal('there is no part "room": format, lint, types, rooms, unused, gen\n');
  });
});
