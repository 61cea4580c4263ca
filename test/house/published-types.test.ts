import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program of somebody who checks the types of packages too. */
const strict: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
};

describe('the types of the package', function () {
  this.timeout(300_000);
  let folder: string;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'engine-types-')));
    const packages = join(folder, 'node_modules');
    const own = join(packages, 'flue-engine');
    mkdirSync(own, { recursive: true });
    for (const name of readdirSync(join(root, 'node_modules')))
      if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(packages, name));
    symlinkSync(join(root, 'package.json'), join(own, 'package.json'));
    const config = join(root, 'tsconfig.build.json');
    const { fileNames, options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(config, ts.sys.readFile).config as object,
      ts.sys,
      root,
      { outDir: join(own, 'dist') },
      config,
    );
    ts.createProgram(fileNames, options).emit();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('have no faults in a program of Node', () => {
    const entries = ['flue-engine', 'flue-engine/client', 'flue-engine/register', 'flue-engine/telemetry'];
    const text = [...entries, 'flue-engine/testing'].map((entry) => `export * from '${entry}';`).join('\n');
    const node = {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
    };
    // Each entry has what several have in common.
    expect(
      faultsOf('program.ts', text, node).filter((fault) => !fault.includes('has already exported')),
    ).to.deep.equal([]);
  });

  it('have no faults in a page, which knows nothing of Node', () => {
    const page = {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
    };
    expect(faultsOf('page.ts', `export * from 'flue-engine/client';`, page)).to.deep.equal([]);
  });

  function faultsOf(name: string, text: string, options: ts.CompilerOptions): readonly string[] {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const file = join(folder, name);
    writeFileSync(file, text);
    const program = ts.createProgram([file], { ...strict, ...options });
    return ts.getPreEmitDiagnostics(program).map(({ file: where, messageText }) => {
      const place = where?.fileName.slice(folder.length + 1) ?? '';
      return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  }
});
