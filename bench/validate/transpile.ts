import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes the engine and the measurements as JavaScript into a folder: a loader that compiles on the fly slows down what it
 * compiles. Gives the path of `measure.js`.
 */
export function transpileHere(folder: string): string {
  for (const room of ['engine', 'bench/validate']) {
    for (const file of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const { outputText } = ts.transpileModule(readFileSync(join(root, room, file), 'utf8'), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2023,
          rewriteRelativeImportExtensions: true,
          verbatimModuleSyntax: true,
        },
      });
      const path = join(folder, room, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, outputText);
    }
  }
  for (const shared of ['node_modules', 'schema', 'specs', 'package.json'])
    symlinkSync(join(root, shared), join(folder, shared));
  return join(folder, 'bench/validate/measure.js');
}
